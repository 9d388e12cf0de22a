"""Database, files, seals and keys as one set that can be brought back elsewhere.

    BACKUP/database/       pg_dump's directory format, one snapshot
    BACKUP/files/          what people handed in, sealed as it lies in the storage
    BACKUP/seals/          the signed seals of the event chain
    BACKUP/keys/           unless `--keys` puts them apart, which a city should
    BACKUP/SHA256SUMS      for `sha256sum -c`
    BACKUP/manifest.json   written last: a folder without it is no backup

The set is consistent without stopping the service: the dump is one snapshot; a file is stored before the row that names
it is written and is never changed, and none is deleted while a backup runs; the chain is not sealed between the look at
the seals and the snapshot; keys are copied last and only ever added.
"""
