"""The library's doors: what ``placer`` exports beside its types. One function for each thing that a toolstack does."""
