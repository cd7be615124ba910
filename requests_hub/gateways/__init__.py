"""Channels to people: one interface, whatever carries the message.

    gateways.send("sms", phone, subject, body, key, request=request)

Nothing is sent in the caller's transaction: the message becomes a row, an event tells the workers,
and `deliver` of the channel's gateway is tried until it is taken or given up. Which gateway a
channel has is said by the settings; without one the message is printed in the log, masked.
"""

from requests_hub.gateways.base import Gateway, Receipt, Refused
from requests_hub.gateways.known import gateway_of, send, shown

__all__ = ["Gateway", "Receipt", "Refused", "gateway_of", "send", "shown"]
