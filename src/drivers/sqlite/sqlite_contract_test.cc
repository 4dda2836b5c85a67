#include "drivers/sqlite/sqlite_stores_test.h"
#include "tests/contracts/catalogue_contract.h"
#include "tests/contracts/ledger_contract.h"
#include "tests/contracts/queue_control_contract.h"
#include "tests/contracts/sql_database_contract.h"

namespace docquarry::contracts {

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, CatalogueContract, SqliteStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, LedgerContract, SqliteStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, QueueControlContract, SqliteStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, SqlDatabaseContract, SqliteStores);

}  // namespace docquarry::contracts
