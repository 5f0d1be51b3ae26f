"""What `send.py` is made of: the mail, the workspace, the receivers, the other senders."""
