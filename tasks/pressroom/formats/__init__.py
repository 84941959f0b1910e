"""Pure: values to text or bytes, and back. Nothing here touches a disk, a clock or a process."""
