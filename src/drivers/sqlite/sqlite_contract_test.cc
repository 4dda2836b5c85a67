#include "drivers/sqlite/sqlite_stores_test.h"
#include "tests/contracts/catalogue_contract.h"

namespace docquarry::contracts {

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, CatalogueContract, SqliteStores);

}  // namespace docquarry::contracts
