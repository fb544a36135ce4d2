"""What the paper says, as measurements that can come out against it."""
