"""What tests share; every module, in one line.

`actors` who acts in a test
`browser` a real Chromium without a screen, from Debian's package, and its windows
`bulk` rows by the thousand, written at once
`cast` the named cast: one workspace, its people and one project, made by the product's own services
`clerk_messages` Clerk's webhook messages, signed as Svix signs them
`clerk_peer` a stand-in for Clerk: keys of its own, served over HTTP on this machine
`clock` programs whose wall clock is wrong
`context` who the tests are to PostgreSQL: the system, except while they ask over HTTP
`costs` what a request costs this process, beside another one
`credentials` whose a token is, asked as the server asks
`databases` each worker's databases, one empty, one with the cast; clones where commits are real
`decisions` what fields, models and rights are decided to lack
`documents` documents as clients see them, spelled out key by key
`factories` rows as plain as they can be: nothing is published, nobody is told
`factors` second factors in somebody's hands
`full_disk` a disk that is full, as far as a process can tell
`invariants` what is true of the task engine whatever happens: queries that find what is not
`isolation` what keeps workspaces apart, seen from outside: which tables, and the policies alone
`linkifier` what a mail program may turn into a link, found as generously as the most eager of them
`log` the log of events, as tests read it
`logged` every line that is logged, and every secret that was in somebody's hands meanwhile
`mail` what tests about mail share
`many_tasks` every way to ask a large project for its tasks, with the numbers it should find
`nasty_names` names that want to be links, headers, markup or something else than they look like
`oidc_provider` an identity provider on this machine: OpenID Connect with PKCE, and GitHub's way
`openapi` the OpenAPI document as a judge of real answers
`own_postgres` a PostgreSQL of a test's own, which it may stop, freeze and fill
`passkey` a passkey in software: what a phone or a laptop does when a browser asks it
`past` what people saw, kept to be compared with what `?as_of=` answers later
`plans` what PostgreSQL reads for a request: the plans of its statements
`pooler` a real PgBouncer in transaction mode, from Debian's package where the machine has none
`processors` which processor each worker of the suite and its database sessions run on
`programs` real programs next to a test: a broker of its own, workers and relays
`provider_sign_in` a browser and a front end on their way through an identity provider
`relations` tasks, relations between them over and past services, and how they are shown
`rights` tables of rights: a line for every action, a column for every person
`sign_in` a person, a stranger, and whoever is signed in
`signing` real sessions and real tokens for people who need not sign in first
`simulated_clock` a clock of PostgreSQL's that a test sets, for one transaction
`sink` a mail server that keeps what it is given, or answers as it is told
`staff` how staff get into the admin in tests
`tables` what stands in the product's own tables, as one comparable value
`threads` several people at the same moment, each with a thread and a connection of their own
`traffic` what a request says to PostgreSQL: statements and round trips
`xss` texts that try to run a script, or to look like something else, where they are shown
"""
