"""Addresses that name nobody in a store with one case: with the reason, or the test that tells."""

FORMS = ("", ".csv", ".ndjson")
EMPTY_HERE = (
    "activity_participation",
    "certificates",
    "detention",
    "due_for_release",
    "education_register",
    "in_transit",
    "integration",
    "klien",
    "overstays",
    "partner_results",
    "placements",
    "remisi_register",
    "reviews",
)
OF_NOBODY = ("agreements", "programmes", "remisi_batches", "units_and_agencies")
LISTS_OF_NOBODY = (
    *("agreements", "programmes", "remisi-batches"),
    *("registry/units", "registry/agencies"),
)
SILENT = {
    "/",  # nobody is on the way between units
    "/penahanan",  # nobody's detention presses
    *("/bebas", "/bebas.csv"),  # nobody's release is near
    "/integrasi",  # nobody was convicted
    "/hasil-mitra",  # no partner told anything
    *("/mitra", "/mitra/{agreement}"),  # there is no agreement; `test_partner_desk` tells
    "/v1/integration-rights",
    "/v1/read-models/{name}",  # a name that there is not
    *(f"/v1/read-models/{name}{form}" for name in (*EMPTY_HERE, *OF_NOBODY) for form in FORMS),
    *(f"/v1/{name}{form}" for name in LISTS_OF_NOBODY for form in FORMS),
    *(
        f"/v1/{name}{events}"
        for name in (
            "agreements/{agreement_id}",
            "registry/units/{unit}",
            "registry/agencies/{agency}",
            "registry/holidays/{holiday}",
        )
        for events in ("", "/events", "/corrections", "/reviews")
    ),
    *(f"/v1/feeds/{{agreement_id}}{stream}" for stream in ("", "/stream")),  # `test_feeds` tells
    "/v1/subscriptions/{subscription_id}/dead-letters",  # `test_subscriptions` tells
    *(f"/v1/agreements/{{agreement_id}}/records{form}" for form in (*FORMS, "/{pseudonym}")),
    *(f"/v1/agreements/{{agreement_id}}/referrals{one}" for one in ("", "/{referral_id}")),
    "/v1/registry/users/{user}/corrections",
    "/v1/registry/users/{user}/reviews",
    "/v1/programmes/{programme_id}/corrections",
    "/v1/programmes/{programme_id}/reviews",
    *(f"/v1/programmes/{{programme_id}}/results{one}" for one in ("", "/{result_id}")),
    "/remisi",
    "/remisi/{batch}/daftar.{form}",  # as of the API
    "/remisi/{batch}/berubah",  # nothing happened since the draft
    "/v1/remisi-batches/{remisi_batch_id}",
    "/v1/remisi-batches/{remisi_batch_id}/corrections",
    "/v1/remisi-batches/{remisi_batch_id}/letters.pdf",  # there is no SK
    "/v1/remisi-batches/{remisi_batch_id}/reviews",
    "/v1/reviews",
}
"""What in this store names nobody, and is recorded where it does."""
