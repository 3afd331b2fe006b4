"""The formats of the trade: questions written as the messages that vendors' systems take, and their messages read as answers.

A format is a pure pair: `write(question)` makes the parts of a message, `read(parts, question)` makes an answer of them. No
format knows how messages travel, and no way to reach a vendor knows a format. `registry` has a row for each.
"""
