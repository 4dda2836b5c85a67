// What every SqlDatabase must do, seen through the drivers over it and in the tables themselves. The stores are those of catalogue_contract.h,
// and have database(), and number(sql): what a statement in the words that all databases understand answers.
#pragma once

#include "drivers/sql/sql_database.h"
#include "tests/contracts/catalogue_contract.h"

namespace docquarry::contracts {

template <class Stores>
class SqlDatabaseContract : public StoresTest<Stores> {
 protected:
  Timestamp now() { return this->stores.clock.now(); }
  std::int64_t number(const std::string& sql) { return this->stores.number(sql); }
  bool document_is(const std::string& condition) { return number("SELECT count(*) FROM documents WHERE " + condition) == 1; }
};
TYPED_TEST_SUITE_P(SqlDatabaseContract);

TYPED_TEST_P(SqlDatabaseContract, takes_everything_back_when_one_statement_finds_nothing) {
  std::vector<NewDocument> bad{this->new_document("first.pdf"), this->new_document("bad.pdf", UserId(99))};

  EXPECT_EQ(code_of(this->run(this->stores.catalogue().add(std::move(bad), true, std::nullopt))), "user_not_found");

  EXPECT_EQ(this->number("SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM tasks) + (SELECT count(*) FROM users)"),
            0);
  this->add();
}

TYPED_TEST_P(SqlDatabaseContract, answers_a_defective_statement_with_an_error_and_goes_on) {
  SqlDatabase& database = this->stores.database();
  Transaction defective(Durability::process);
  defective.add(Statement("no_such_statement"));
  EXPECT_EQ(code_of(this->run(database.run(std::move(defective)))), "internal_error");
  Transaction short_of_parameters(Durability::process);
  short_of_parameters.add(Statement("find_document"));
  EXPECT_EQ(code_of(this->run(database.run(std::move(short_of_parameters)))), "internal_error");
  Statement unknown("no_such_statement");
  EXPECT_EQ(code_of(this->run(database.read(std::move(unknown)))), "internal_error");

  this->add();
  EXPECT_EQ(must(this->run(this->stores.catalogue().count({}))), 1);
}

TYPED_TEST_P(SqlDatabaseContract, keeps_the_columns_of_the_original_in_step_with_the_newest_task) {
  auto ticket = this->add();
  EXPECT_TRUE(this->document_is("status = 'PENDING' AND started_at IS NULL AND result_text IS NULL"));
  auto task = this->claim_one();
  EXPECT_TRUE(this->document_is("status = 'PROCESSING' AND started_at IS NOT NULL"));
  this->complete(task, {this->page(2, "second"), this->page(1, "first")});
  EXPECT_TRUE(this->document_is("status = 'COMPLETED' AND result_text = 'first\n\nsecond' AND page_count = 2"));
  EXPECT_TRUE(this->document_is("extraction_time_seconds = 0.25 AND completed_at IS NOT NULL AND error_message IS NULL"));

  must(this->run(this->stores.ledger().start_again(ticket.document, {}, this->now())));
  EXPECT_TRUE(this->document_is(
      "status = 'PENDING' AND result_text IS NULL AND page_count IS NULL AND completed_at IS NULL AND generation = 2"));
  task = this->claim_one();
  must(this->run(this->stores.ledger().record_failure(task.lease, {"no_result", "it went wrong", 0, false}, false, std::nullopt,
                                                      this->now())));
  EXPECT_TRUE(this->document_is("status = 'FAILED' AND error_message = 'it went wrong' AND completed_at IS NOT NULL"));
}

TYPED_TEST_P(SqlDatabaseContract, leaves_result_text_empty_above_four_megabytes) {
  this->add();
  this->complete(this->claim_one(), {this->page(1, std::string(4 << 20, 'x'))});
  this->add();
  this->complete(this->claim_one(), {this->page(1, std::string(4 << 20, 'x')), this->page(2, "x")});

  EXPECT_EQ(this->number("SELECT length(result_text) FROM documents WHERE id = 1"), 4 << 20);
  EXPECT_TRUE(this->document_is("id = 2 AND result_text IS NULL"));
}

TYPED_TEST_P(SqlDatabaseContract, erases_the_password_whenever_a_task_ends) {
  auto with_password = [&] {
    auto document = this->new_document();
    document.options.password = "secret";
    return this->add(document);
  };
  auto& ledger = this->stores.ledger();
  with_password();
  this->complete(this->claim_one(), {this->page(1)});
  with_password();
  auto failing = this->claim_one();
  must(this->run(ledger.record_failure(failing.lease, {"no_result", "", 0, false}, false, std::nullopt, this->now())));
  must(this->run(ledger.request_cancel(with_password().document, this->now())));
  auto running = with_password();
  auto task = this->claim_one();
  must(this->run(ledger.request_cancel(running.document, this->now())));
  must(this->run(ledger.confirm_cancel(task.lease, this->now())));
  with_password();
  for (int i = 0; i < 2; ++i) {
    this->claim(1, this->worker, AttemptLimits{.interruptions = 0});
    this->stores.clock.advance(1min);
  }
  EXPECT_EQ(this->number("SELECT count(*) FROM tasks WHERE state IN ('PENDING', 'PROCESSING')"), 0);
  EXPECT_EQ(this->number("SELECT count(*) FROM tasks WHERE password IS NOT NULL"), 0);

  with_password();
  EXPECT_EQ(this->number("SELECT count(*) FROM tasks WHERE password = 'secret'"), 1);
}

REGISTER_TYPED_TEST_SUITE_P(SqlDatabaseContract, takes_everything_back_when_one_statement_finds_nothing,
                            answers_a_defective_statement_with_an_error_and_goes_on,
                            keeps_the_columns_of_the_original_in_step_with_the_newest_task,
                            leaves_result_text_empty_above_four_megabytes, erases_the_password_whenever_a_task_ends);

}  // namespace docquarry::contracts
