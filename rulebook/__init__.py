"""The platform's rules as published documents: versions, notice, comments, who accepted which, and the changes of numbers.

May call only the kernel. Knows suppliers, owners and consumers as actors by reference, never by foreign key, so that every
app above can record that somebody accepted the rules; letters about them are written by ``flows``.
"""
