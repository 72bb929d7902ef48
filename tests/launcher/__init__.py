"""The launcher is tested on servers that these tests start themselves."""
