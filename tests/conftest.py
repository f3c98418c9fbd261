"""Its presence lets test files in folders import the helpers beside it (oracle, building, random_instances)."""
