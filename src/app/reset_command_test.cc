#include "app/reset_command.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

TEST(Reset, refuses_hosts_and_databases_of_production) {
  EXPECT_NE(reason_not_to_reset("postgres://user:pw@db-PROD-1.example:5432/documents"), "");
  EXPECT_NE(reason_not_to_reset("postgres://localhost/document_production"), "");
  EXPECT_NE(reason_not_to_reset("sqlite:/srv/production/docquarry.db"), "");
  EXPECT_NE(reason_not_to_reset("sqs:https://sqs.prod.example/1/queue"), "");
}

TEST(Reset, allows_the_rest_whatever_the_user_is_called) {
  EXPECT_EQ(reason_not_to_reset("postgres://prod:production@localhost:5433/document_processor"), "");
  EXPECT_EQ(reason_not_to_reset("sqlite:./data/docquarry.db"), "");
  EXPECT_EQ(reason_not_to_reset("s3://scans/products"), "");
  EXPECT_EQ(reason_not_to_reset("memory:"), "");
}

TEST(Reset, knows_uploads_by_their_keys) {
  EXPECT_TRUE(is_upload_key("uploads/0123456789abcdef0123456789abcdef.pdf"));
  EXPECT_TRUE(is_upload_key("uploads/01234567-89ab-cdef-0123-456789abcdef.pdf"));
  EXPECT_TRUE(is_upload_key("uploads/01234567-89ab-cdef-0123-456789abcdef.PDF"));
  EXPECT_FALSE(is_upload_key("uploads/report.pdf"));
  EXPECT_FALSE(is_upload_key("uploads/0123456789abcdef0123456789abcdef.txt"));
  EXPECT_FALSE(is_upload_key("backup/0123456789abcdef0123456789abcdef.pdf"));
  EXPECT_FALSE(is_upload_key("uploads/.pdf"));
  EXPECT_FALSE(is_upload_key("uploads/0123456789abcdef0123456789abcde-f.pd.pdf"));
}

}  // namespace
}  // namespace docquarry
