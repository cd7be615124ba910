"""Addresses about programs outside and messages."""

from django.urls import path

from requests_hub.views import deliveries, inbound, incoming, outside

urlpatterns = [
    path("programs/<int:pk>/keys/new/", outside.key_new, name="api_key_new"),
    path("programs/<int:pk>/keys/<int:key>/end/", outside.key_end, name="api_key_end"),
    path(
        "subscriptions/<int:pk>/secret/", outside.secret_new, name="subscription_secret"
    ),
    path(
        "subscriptions/<int:pk>/ping/",
        outside.subscription_ping,
        name="subscription_ping",
    ),
    path("gateways/email/", inbound.email, name="inbound_email"),
    path("gateways/sms/", inbound.sms, name="inbound_sms"),
    path("sendings/", outside.sending_list, name="sendings"),
    path("sendings/<int:pk>/", outside.sending, name="sending"),
    path("sendings/<int:pk>/again/", outside.sending_again, name="sending_again"),
    path("sendings/<int:pk>/open/", outside.sending_open, name="sending_open"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/again/", deliveries.deliveries_again, name="deliveries_again"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path(
        "deliveries/<int:pk>/again/", deliveries.delivery_again, name="delivery_again"
    ),
    path(
        "deliveries/<int:pk>/close/", deliveries.delivery_close, name="delivery_close"
    ),
    path("incoming/", incoming.incoming_list, name="incoming"),
    path("incoming/<int:pk>/", incoming.incoming_message, name="incoming_message"),
    path("incoming/<int:pk>/again/", incoming.incoming_again, name="incoming_again"),
]
