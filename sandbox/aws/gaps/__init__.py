"""What MiniStack does otherwise than AWS, as far as our stacks notice: one module a gap, each with a function close()."""
