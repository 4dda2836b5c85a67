#include "drivers/postgres/postgres_stores_test.h"
#include "tests/contracts/catalogue_contract.h"
#include "tests/contracts/ledger_contract.h"
#include "tests/contracts/queue_control_contract.h"
#include "tests/contracts/sql_database_contract.h"

namespace docquarry::contracts {

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, CatalogueContract, PostgresStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, LedgerContract, PostgresStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, QueueControlContract, PostgresStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SqlDatabaseContract, PostgresStores);

}  // namespace docquarry::contracts
