"""Finds requests about the same matter by their words, place and time.

Words are compared as groups of two to four characters, weighed by how rare they are in this
district (tf-idf, cosine): names of places and estates are rare and tell one matter from another,
while groups of middling frequency say what kind of thing it is. Two requests belong together
when both agree. Nothing is learned by hand and nothing leaves the district.
"""
