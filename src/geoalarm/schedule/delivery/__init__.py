"""How an edition reaches its readers: folders, storage, mailboxes, with retries."""
