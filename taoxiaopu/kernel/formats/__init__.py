"""How Django and the admin write dates by themselves; pages of ours use `kernel_format.local_time`."""
