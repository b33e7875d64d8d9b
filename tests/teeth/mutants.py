"""The mutants, as data: what is broken, why it must be caught, and the one test that catches it."""

from __future__ import annotations

from dataclasses import dataclass

RECEIVING = "tests/office/test_receiving.py"
EXCHANGE = "tests/laptop/test_exchange.py"
CHAINS = "tests/laptop/test_chains.py"
PROMISES = "tests/rules/test_promise_properties.py"
OFFERS = "tests/rules/test_offers.py"
TOGETHER = "tests/rules/test_audit_together.py"


@dataclass(frozen=True)
class Mutant:
    """`old` stands in `file` exactly once; `new` takes its place; `test` is the one that must fail then."""

    name: str
    why: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        "ack_before_commit",
        "the office answers what it holds though nothing was committed",
        "server/receiving/__init__.py",
        "    with writing(engine) as connection:\n        device = _greeted(",
        "    with reading(engine) as connection:\n        device = _greeted(",
        f"{RECEIVING}::test_a_visit_with_its_promise_is_stored_verbatim_applied_and_acknowledged",
    ),
    Mutant(
        "no_dedup",
        "an event said again under a new incarnation is applied again",
        "server/receiving/applying.py",
        "        elif known is None:\n",
        "        elif known is None or one.code is None:\n",
        f"{RECEIVING}::test_an_id_said_again_under_a_new_incarnation_is_applied_once",
    ),
    Mutant(
        "conflict_ignored",
        "the same id with another body passes for a repeat, and its words are lost unseen",
        "server/receiving/applying.py",
        "        elif known == one.entry.body_digest:\n",
        "        elif known is not None:\n",
        f"{RECEIVING}::test_the_same_id_with_another_body_is_a_conflict_and_the_first_word_stands",
    ),
    Mutant(
        "office_deferred_transaction",
        "the office's writers begin as readers, and two processes overtake each other",
        "server/store/engine.py",
        '"BEGIN IMMEDIATE" if immediate else "BEGIN"',
        '"BEGIN" if immediate else "BEGIN"',
        "tests/stores/test_two_processes.py"
        "::test_who_begins_to_write_keeps_other_processes_out_before_he_has_read_a_word",
    ),
    Mutant(
        "laptop_deferred_transaction",
        "the laptop's writers begin as readers: two programs give one number twice or fail",
        "field_client/store/db.py",
        'self._begin("BEGIN IMMEDIATE")',
        'self._begin("BEGIN")',
        "tests/laptop/test_store.py"
        "::test_who_begins_to_write_keeps_other_programs_out_before_he_has_read_a_word",
    ),
    Mutant(
        "cursor_off_by_one",
        "the row right after the cursor is stepped over",
        "server/store/feeds.py",
        'feeds.c.number > bindparam("after"))',
        'feeds.c.number > bindparam("after") + 1)',
        "tests/office/test_publishing.py::test_pages_read_in_order_give_the_whole_feed_once",
    ),
    Mutant(
        "no_tombstone",
        "what an agent no longer has is never told to be gone",
        "server/publishing/__init__.py",
        "    return [*gone, *new]\n",
        "    return [*new]\n",
        "tests/office/test_publishing.py"
        "::test_a_debtor_given_to_another_leaves_a_tombstone_and_comes_back_with_a_new_number",
    ),
    Mutant(
        "purge_before_push",
        "the records of a debtor given away are deleted though an own visit to him still waits",
        "field_client/store/records.py",
        "        [json.dumps(sorted(waiting))],\n",
        "        [json.dumps([])],\n",
        f"{EXCHANGE}::test_a_revoked_record_stays_sealed_while_an_own_visit_about_it_waits",
    ),
    Mutant(
        "have_only_rises",
        "what a restored office lost is never sent again, for the mark cannot go down",
        "field_client/store/standing.py",
        "SET acknowledged = (n <= ?) WHERE incarnation = ? AND acknowledged <> (n <= ?)",
        "SET acknowledged = 1 WHERE n <= ? AND incarnation = ? AND acknowledged <> (n <= ?)",
        f"{EXCHANGE}::test_an_office_that_lost_its_last_days_gets_them_again",
    ),
    Mutant(
        "older_chains_forgotten",
        "after a restore only the chain that is written to is said again",
        "field_client/store/standing.py",
        '        "SELECT id FROM incarnations WHERE id <> ? AND (epoch IS NOT ? OR',
        '        "SELECT id FROM incarnations WHERE id <> ? AND (? IS NULL OR',
        f"{CHAINS}::test_every_chain_is_asked_about_again_once_the_office_was_restored",
    ),
    Mutant(
        "fork_ignored",
        "another history at a place already held passes for a repeat",
        "server/receiving/following.py",
        "                return Followed((), head, FORK, entry)\n",
        "                continue\n",
        f"{RECEIVING}::test_a_fork_is_found_noted_once_and_never_stored_over",
    ),
    Mutant(
        "mark_believed_without_its_hash",
        "a copied laptop takes its twin's events in the office for its own",
        "sync/exchange/push.py",
        '    if laptop.hash_at(identity.incarnation, have["n"]) == have["h"]:\n',
        '    if laptop.hash_at(identity.incarnation, have["n"]) is not None:\n',
        f"{EXCHANGE}::test_a_laptop_put_back_from_a_copy_opens_a_new_chain_and_loses_nothing",
    ),
    Mutant(
        "poison_stops_the_queue",
        "one event that cannot be applied fails its whole batch, for ever",
        "server/projecting/__init__.py",
        "            done.set_aside.append(quarantined(said, unfit))\n    try:",
        "            raise\n    try:",
        f"{EXCHANGE}::test_an_event_the_office_cannot_apply_is_shown_and_stops_nothing",
    ),
    Mutant(
        "quarantine_dropped",
        "an event that cannot be applied is acknowledged and thrown away",
        "server/receiving/keeping.py",
        "    events.add(connection, [_row(one, sender, device.revoked_at is not None) for one in settled])\n",
        "    good = [one for one in settled if one.code is None]\n"
        "    events.add(connection, [_row(one, sender, device.revoked_at is not None) for one in good])\n",
        f"{RECEIVING}::test_one_bad_event_is_kept_and_does_not_block_the_rest",
    ),
    Mutant(
        "set_aside_vanishes",
        "a visit that the office set aside leaves the collector's own screen",
        "field_client/store/standing.py",
        "(quarantined IS NOT NULL OR NOT EXISTS (",
        "(0 OR NOT EXISTS (",
        "tests/laptop/test_set_aside.py"
        "::test_a_visit_the_office_could_not_apply_stays_on_the_screen_and_is_there_once",
    ),
    Mutant(
        "hash_unchecked",
        "a body that is not the one its hash speaks of is stored",
        "server/receiving/following.py",
        '    if entry.h not in (b"", h) or not body_holds(entry):\n',
        '    if entry.h not in (b"", h):\n',
        f"{RECEIVING}::test_a_changed_byte_is_not_stored",
    ),
    Mutant(
        "head_signature_unchecked",
        "whoever has the laptop's token can speak for it without its key",
        "server/receiving/batches.py",
        "    return verified(device.public_key, signature, push_bytes(*head))\n",
        "    return bool(signature)\n",
        f"{RECEIVING}::test_a_head_signed_by_another_key_is_refused",
    ),
    Mutant(
        "receipt_unchecked",
        "the laptop believes a receipt that its office did not sign",
        "sync/exchange/push.py",
        "    if wrong is not None or receipt.device != identity.device:\n",
        "    if receipt.device != identity.device:\n",
        f"{EXCHANGE}::test_a_reply_signed_by_another_office_acknowledges_nothing",
    ),
    Mutant(
        "restore_unnoticed",
        "an office put back from a backup does not see in a laptop's receipt that it was",
        "server/receiving/vouching.py",
        "    if wrong is not None:\n        return\n",
        "    if wrong is None:\n        return\n",
        f"{RECEIVING}::test_a_receipt_ahead_of_the_office_proves_a_restore_and_opens_an_epoch",
    ),
    Mutant(
        "place_filled_anew_unnoticed",
        "an office put back, in which a copied laptop filled the places that were lost, passes for the one before",
        "server/receiving/vouching.py",
        "    return events.mark_at(connection, chain.id, receipt.n).h != receipt.h\n",
        "    return False\n",
        f"{CHAINS}::test_what_goes_on_from_a_place_that_a_twin_wrote_is_said_again_in_a_chain_of_its_own",
    ),
    Mutant(
        "twins_place_refused",
        "a laptop whose place a copy of it wrote is told that its signature is wrong, for ever",
        "server/receiving/keeping.py",
        "    if goes_on and not is_signed(device, head, batch.signature):\n",
        "    if goes_on and not batch.signature:\n",
        f"{CHAINS}::test_what_goes_on_from_a_place_that_a_twin_wrote_is_said_again_in_a_chain_of_its_own",
    ),
    Mutant(
        "ended_epoch_unnoted",
        "two laptops with receipts of two epochs each end the other's, for ever",
        "server/receiving/vouching.py",
        "    if ended != receipt.epoch:\n",
        "    if not ended:\n",
        f"{RECEIVING}::test_an_epoch_that_ended_is_over_for_all_who_have_a_receipt_of_it",
    ),
    Mutant(
        "epoch_ignored",
        "a cursor of an office's other life is read as if it were of this one",
        "server/receiving/answering.py",
        'cursor["epoch"] != epoch or cursor["number"] > top',
        'cursor["number"] > top',
        f"{RECEIVING}::test_an_unknown_epoch_or_a_cursor_ahead_begins_again",
    ),
    Mutant(
        "reflects_too_high",
        "a page claims to show what comes only with the next one: a visit leaves the screen in between",
        "server/receiving/answering.py",
        "min(chain.n, unseen - 1)",
        "chain.n",
        f"{RECEIVING}::test_reflects_never_promises_what_a_page_does_not_show",
    ),
    Mutant(
        "page_apart_from_cursor",
        "the cursor is committed before the rows it stands for",
        "field_client/store/side.py",
        '            records.apply(db, page["rows"])\n            settings.put(db, "cursor", dict(page["cursor"]))\n',
        '            settings.put(db, "cursor", dict(page["cursor"]))\n'
        '            db.execute("COMMIT")\n            db.execute("BEGIN IMMEDIATE")\n'
        '            records.apply(db, page["rows"])\n',
        f"{EXCHANGE}::test_a_page_and_its_cursor_come_together_or_not_at_all",
    ),
    Mutant(
        "digest_skips_a_bucket",
        "what differs in the last bucket is never found",
        "sync/digest.py",
        "for bucket in range(len(mine)) if mine[bucket]",
        "for bucket in range(len(mine) - 1) if mine[bucket]",
        "tests/wire/test_digest.py::test_exactly_the_buckets_that_hold_a_difference_differ",
    ),
    Mutant(
        "erased_without_signature",
        "a body can be taken out of an export with no signed erasure",
        "sync/ledger/links.py",
        "    if entry.header_digest is None and (entry.id, entry.body_digest) in erasures:\n",
        "    if entry.header_digest is None:\n",
        "tests/wire/test_ledger.py::test_a_body_gone_with_no_signed_erasure_is_a_problem",
    ),
    Mutant(
        "revoked_batch_dropped",
        "what a revoked laptop still sends goes to the bin",
        "server/receiving/keeping.py",
        '        settled = [quarantined(one, Unfit("revoked", title("revoked"))) for one in said]\n',
        "        settled = []\n",
        f"{RECEIVING}::test_a_revoked_laptop_is_refused_and_what_it_sent_is_kept_sealed",
    ),
    Mutant(
        "chunk_offset_unchecked",
        "a chunk that leaves a hole before it is taken",
        "server/attaching.py",
        "    if offset > upload.received:\n",
        "    if offset > upload.size:\n",
        "tests/office/test_attaching.py::test_a_chunk_that_leaves_a_hole_is_refused_and_told_where_to_go_on",
    ),
    Mutant(
        "backup_unverified",
        "a spoiled backup counts as verified, and laptops throw away what only they hold",
        "server/backing_up.py",
        "    if wrong:\n        with writing(office.engine) as connection:\n            backups.gone(",
        "    if not folder:\n        with writing(office.engine) as connection:\n            backups.gone(",
        "tests/office/test_backups.py::test_a_spoiled_backup_is_found_and_covers_nothing_more",
    ),
    Mutant(
        "revoked_half_handed_over",
        "a revoked laptop hands over its first batch only, and the rest stays on it for ever",
        "sync/exchange/running.py",
        "            sealed.hand_over(laptop, peer, clock)\n",
        "",
        "tests/laptop/test_revoked.py"
        "::test_a_revoked_laptop_hands_over_more_than_one_batch_and_counts_all_of_it_as_unsent",
    ),
    Mutant(
        "reflected_before_parting",
        "between two pages a debtor given away is still there and the visit just made to him is not",
        "server/store/feeds.py",
        "*(visits, promises, contacts, skips, reported_payments),",
        "*(promises, contacts, skips, reported_payments),",
        "tests/office/test_reflecting.py::test_a_visit_is_not_reflected_before_the_debtor_given_away_is_gone",
    ),
    Mutant(
        "set_aside_gone_before_its_page",
        "a visit applied after an upgrade leaves the screen before the page that shows it has come",
        "field_client/store/journal.py",
        "    if applied:\n        before = min(applied) - 1\n",
        "    if False:\n        before = min(applied) - 1\n",
        "tests/laptop/test_set_aside.py"
        "::test_a_visit_applied_after_an_upgrade_is_on_the_screen_while_its_page_is_still_to_come",
    ),
    Mutant(
        "erased_tried_again",
        "an event erased while it waited is taken for one that came without its body",
        "server/store/set_aside.py",
        "        events.c.quarantine.not_in(final),\n        events.c.body.is_not(None),\n",
        "        events.c.quarantine.not_in(final),\n",
        "tests/office/test_replaying.py::test_what_was_erased_while_it_waited_is_not_tried_again",
    ),
    Mutant(
        "not_durable",
        "the laptop says 'saved' before its disk has it",
        "field_client/store/db.py",
        '"synchronous=FULL"',
        '"synchronous=NORMAL"',
        "tests/laptop/test_store.py::test_the_pragmas_that_keep_a_visit_through_a_power_cut_are_on",
    ),
    Mutant(
        "payment_lent_twice",
        "one payment keeps two promises: what is given to the first is still in its purse",
        "sync/rules/allocating.py",
        "                    self.left[payment.id] -= part\n",
        "                    self.left[payment.id] -= part if named else 0\n",
        f"{PROMISES}::test_one_payment_never_counts_for_two_promises_whatever_the_order_of_the_pack",
    ),
    Mutant(
        "promise_overfilled",
        "a promise takes more than was promised, and the rest of the money keeps nothing",
        "sync/rules/allocating.py",
        "                part = min(self.left[payment.id], self.lacks[promise.id])\n",
        "                part = self.left[payment.id]\n",
        f"{PROMISES}::test_allocations_never_exceed_a_payment_nor_a_promise",
    ),
    Mutant(
        "order_of_arrival_decides",
        "payments count in the order they were told, so two laptops see two states",
        "sync/rules/allocating.py",
        "        key=lambda payment: (payment.value_date, payment.id),\n",
        "        key=lambda payment: payment.value_date.toordinal() // 9999,\n",
        f"{PROMISES}::test_states_do_not_depend_on_the_order_or_the_number_of_times_facts_arrived",
    ),
    Mutant(
        "told_twice_counts_twice",
        "a payment that was told twice pays twice",
        "sync/rules/allocating.py",
        "    each = {payment.id: payment for payment in payments if payment.value_date <= today}\n",
        "    each = {at: payment for at, payment in enumerate(payments) if payment.value_date <= today}\n",
        f"{PROMISES}::test_states_do_not_depend_on_the_order_or_the_number_of_times_facts_arrived",
    ),
    Mutant(
        "reversal_forgotten",
        "money that was taken back still keeps its promise",
        "sync/rules/allocating.py",
        "payment.amount - undone.get(payment.id, _ZERO))",
        "payment.amount)",
        f"{PROMISES}::test_a_payment_taken_back_reopens_its_promise_and_paid_again_in_time_keeps_it",
    ),
    Mutant(
        "late_money_repairs",
        "what came after the last day keeps the promise all the same",
        "sync/rules/allocating.py",
        "        return spans[promise.id].made <= day <= spans[promise.id].last\n",
        "        return spans[promise.id].made <= day\n",
        f"{PROMISES}::test_late_money_does_not_repair_a_broken_promise_but_shows_with_its_day",
    ),
    Mutant(
        "last_instalment_like_the_others",
        "a restructured debt leaves the cents of its rounding unpaid",
        "sync/rules/offer.py",
        "        part = left if day == rest[-1] else min(level - owed, left)\n",
        "        part = min(level - owed, left)\n",
        f"{OFFERS}::test_a_restructured_debt_reconciles_line_by_line",
    ),
    Mutant(
        "plan_pays_more_than_agreed",
        "the discount is shown and the instalments still pay the whole debt",
        "sync/rules/offer.py",
        "        return self.debt.total - self.discount.total + self.fee\n",
        "        return self.debt.total + self.fee\n",
        f"{OFFERS}::test_a_plan_pays_exactly_what_was_agreed_principal_plus_interest_less_discount",
    ),
    Mutant(
        "cents_lost_in_the_split",
        "the cents that cannot be shared out are lost",
        "sync/rules/offer.py",
        "from_minor(each + (1 if place < rest else 0), currency)",
        "from_minor(each, currency)",
        "tests/rules/test_offer_score_segment.py"
        "::test_instalments_add_up_to_the_cent_and_differ_by_one_cent_at_most",
    ),
    Mutant(
        "who_asked_approves",
        "whoever asked for an offer approves it himself",
        "sync/rules/authority.py",
        "    if actor == asked_by:\n",
        "    if actor == asked_by and not actor:\n",
        "tests/office/test_agreeing.py"
        "::test_neither_who_asked_nor_who_earns_on_it_nor_one_with_less_authority_approves",
    ),
    Mutant(
        "agreement_unchecked",
        "an agreement whose instalments do not pay what was agreed is taken for good",
        "server/projecting/agreed.py",
        "    if found := wrong_agreement(made):\n",
        "    if found := wrong_agreement(made)[1:]:\n",
        "tests/office/test_agreeing.py::test_terms_that_do_not_add_up_are_set_aside_and_block_nothing",
    ),
    Mutant(
        "breakdown_hides_a_reversal",
        "a balance is shown whose lines do not come to its total",
        "sync/rules/debt.py",
        "        standing.reversed_since,\n        max(_ZERO, -left),\n",
        "        _ZERO,\n        max(_ZERO, -left),\n",
        f"{OFFERS}::test_a_balance_adds_up_on_every_page_that_shows_it",
    ),
    Mutant(
        "accuracy_held_against_him",
        "a fix that says itself that it is poor is a finding of distance",
        "sync/rules/audit/alone.py",
        "    certain = away - reach_m(visit) - slack_m(address)\n",
        "    certain = away - slack_m(address)\n",
        "tests/rules/test_audit.py::test_far_means_beyond_all_that_is_not_known",
    ),
    Mutant(
        "typing_late_is_a_burst",
        "who types the day from his paper sheet at night, and says so, is flagged",
        "sync/rules/audit/moments.py",
        "    return (seen.visit.known is Known.LIVE or seen.unsaid) and late > lag\n",
        "    return late > lag\n",
        f"{TOGETHER}::test_a_day_written_at_night_as_if_at_the_doors_is_a_burst_and_one_typed_honestly_is_not",
    ),
    Mutant(
        "stock_phrases_are_copies",
        "what everybody writes of a shut door counts as copied",
        "sync/rules/audit/texts.py",
        "    return len(words) >= STOCK_WORDS or not STOCK.issuperset(words)\n",
        "    return len(words) >= STOCK_WORDS or not STOCK.isdisjoint(words)\n",
        f"{TOGETHER}::test_what_everybody_writes_of_a_shut_door_is_nobodys_own",
    ),
    Mutant(
        "couples_share_no_picture",
        "one picture of a door that serves the couple behind it is a reused one",
        "sync/rules/audit/photos.py",
        "    if one.address is not None and one.address == other.address:\n        return True\n",
        "    if one.address is not None and one.address == other.address:\n        return False\n",
        f"{TOGETHER}::test_a_picture_of_one_door_serves_the_couple_behind_it",
    ),
)


def by_name(name: str) -> Mutant:
    """Raises KeyError."""
    return {mutant.name: mutant for mutant in MUTANTS}[name]
