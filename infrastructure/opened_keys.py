"""Keys that are opened, in memory: a bounded number of them, and none of whoever was forgotten."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Lock

from application.ledger import NotAtHand
from infrastructure.sealing import Owner, SubjectKey, Wanted


class OpenedKeys:
    """Keys in memory by owner and by id, the least recently used of which go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_owner: OrderedDict[Owner, SubjectKey] = OrderedDict()
        self._owners: dict[str, Owner] = {}
        self._forgotten: set[str] = set()
        self._door = Lock()

    def of(self, owner: Owner) -> SubjectKey | None:
        """Return an owner's key, if it is here."""
        with self._door:
            key = self._by_owner.get(owner)
            if key:
                self._by_owner.move_to_end(owner)
            return key

    def among(self, owners: Iterable[Owner]) -> dict[Owner, SubjectKey]:
        """Return those of the owners' keys that are here."""
        found, here = {}, self._by_owner
        with self._door:
            for owner in owners:
                key = here.get(owner)
                if key:
                    found[owner] = key
                    here.move_to_end(owner)
        return found

    def by_id(self, key_id: str) -> SubjectKey | None:
        """Return a key by its id, if it is here."""
        owner = self._owners.get(key_id)
        return self.of(owner) if owner else None

    def keep(self, keys: Mapping[Owner, SubjectKey]) -> dict[Owner, SubjectKey]:
        """Keep keys; return them without those whose subject was forgotten in the meantime."""
        with self._door:
            kept = {one: key for one, key in keys.items() if one[0] not in self._forgotten}
            self._by_owner.update(kept)
            self._owners.update((key.key_id, one) for one, key in kept.items())
            while len(self._by_owner) > self._most:
                _, oldest = self._by_owner.popitem(last=False)
                del self._owners[oldest.key_id]
        return kept

    def forget(self, subjects: Iterable[str]) -> None:
        """Drop the keys of subjects, and never keep one of theirs again."""
        gone = frozenset(subjects)
        with self._door:
            self._forgotten |= gone
            for owner in [owner for owner in self._by_owner if owner[0] in gone]:
                del self._owners[self._by_owner.pop(owner).key_id]

    def forgot(self, subject: str) -> bool:
        """Say whether a subject was forgotten, as far as this process knows."""
        return subject in self._forgotten

    def __len__(self) -> int:
        return len(self._by_owner)


class KeysAtHand:
    """The keys that are opened, for whoever must not wait until one is; raises `NotAtHand`."""

    def __init__(self, opened: OpenedKeys) -> None:
        self._opened = opened

    def of(self, owners: Collection[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return a key for each owner."""
        found = self._opened.among(owners)
        if len(found) < len(owners):
            raise NotAtHand
        return found

    def by_id(
        self, wanted: Wanted, ahead: Callable[[], Wanted] = dict
    ) -> Mapping[str, SubjectKey | None]:
        """Return keys by their ids."""
        return {key_id: _there(self._opened.by_id(key_id)) for key_id in wanted}


def _there(key: SubjectKey | None) -> SubjectKey:
    if key is None:
        raise NotAtHand
    return key
