"""Instance in, result out: the pipeline from a question to a judged answer."""
