#include "drivers/postgres/postgres_database.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/postgres_address.h"
#include "drivers/postgres/postgres_errors.h"
#include "drivers/postgres/postgres_stores_test.h"
#include "drivers/postgres/tcp_proxy_test.h"
#include "tests/contracts/catalogue_contract.h"

#include <boost/asio/detached.hpp>

#include <thread>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using contracts::code_of;
using contracts::must;
using contracts::run_all;

constexpr const char* somebody_waits =
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'docquarry' AND wait_event_type = 'Lock'";

class PostgresDatabaseTest : public contracts::StoresTest<PostgresStores> {
 protected:
  std::string value(const std::string& sql) { return stores.server().execute(sql); }
  Async<Result<std::vector<TaskTicket>>> adding(NewDocument document) {
    std::vector<NewDocument> one{std::move(document)};
    return stores.catalogue().add(std::move(one), true, std::nullopt);
  }
  // Ends all connections of the drivers, as a restart of the server or an operator does.
  void terminate_backends() {
    value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'docquarry'");
  }
};

TEST_F(PostgresDatabaseTest, pays_for_a_small_document_with_three_commits_and_five_trips) {
  add();  // so that the owner exists and everything is prepared
  complete(claim_one(), {page(1)});
  auto before = stores.database().stats();

  add();
  auto accepted = stores.database().stats();
  auto task = claim_one();
  auto claimed = stores.database().stats();
  complete(task, {page(1)});
  auto completed = stores.database().stats();

  EXPECT_EQ(completed.commits - before.commits, 3u);
  EXPECT_EQ(completed.durable_commits - before.durable_commits, 2u);
  EXPECT_EQ(accepted.trips - before.trips, 2u);
  EXPECT_EQ(claimed.trips - accepted.trips, 1u);
  EXPECT_EQ(completed.trips - claimed.trips, 2u);
  must(run(stores.catalogue().find(task.lease.document)));
  EXPECT_EQ(stores.database().stats().trips - completed.trips, 1u);
}

TEST_F(PostgresDatabaseTest, waits_for_the_disk_only_for_promises_to_clients_and_for_pages) {
  add();
  auto accepted = stores.database().stats();
  auto task = claim_one();
  must(run(stores.ledger().save_pages(task.lease, {page(1)}, 2, 2)));
  must(run(stores.ledger().extend(task.lease, stores.clock.now() + 30s)));
  auto working = stores.database().stats();
  complete(task, {page(2)});
  auto completed = stores.database().stats();

  EXPECT_EQ(working.durable_commits, accepted.durable_commits + 1);  // the saved page; not the claim, not the heartbeat
  EXPECT_EQ(working.commits, accepted.commits + 3);
  EXPECT_EQ(completed.durable_commits, working.durable_commits + 1);
}

TEST_F(PostgresDatabaseTest, keeps_times_in_utc_whatever_the_zone_of_the_server) {
  add();

  EXPECT_EQ(value("SELECT created_at FROM documents"), "2026-01-02 03:04:05.123456");
}

TEST_F(PostgresDatabaseTest, gives_new_users_ids_that_the_open_mode_has_not_used) {
  add("a.pdf", UserId(1));
  add("b.pdf", UserId(2));
  auto user = must(run(stores.users().add("a@example.com", std::string(32, 'k'), stores.clock.now())));

  EXPECT_EQ(user.id, UserId(3));
}

TEST_F(PostgresDatabaseTest, finds_nothing_under_ids_beyond_the_range_of_the_column) {
  EXPECT_EQ(code_of(run(stores.catalogue().find(DocumentId(1ll << 40)))), "document_not_found");
  EXPECT_EQ(code_of(run(stores.users().find(UserId(1ll << 40)))), "user_not_found");
  EXPECT_EQ(code_of(run(stores.catalogue().remove(DocumentId(1ll << 40)))), "document_not_found");
}

TEST_F(PostgresDatabaseTest, refuses_what_a_column_cannot_hold_and_goes_on) {
  Transaction refused(Durability::power);
  refused.add(Statement("insert_user", std::string(300, 'x'), "key", stores.clock.now()));
  EXPECT_EQ(code_of(run(stores.database().run(std::move(refused)))), "invalid_request");

  add();
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 1);
}

TEST_F(PostgresDatabaseTest, moves_megabytes_both_ways_in_one_trip) {
  add();
  auto task = claim_one();
  std::vector<Page> pages;
  for (int number = 1; number <= 40; ++number) pages.push_back(page(number, std::string(500'000, 'x')));
  must(run(stores.ledger().save_pages(task.lease, pages, 40, 40)));
  std::vector<Statement> reads;
  for (int number = 1; number <= 40; ++number)
    reads.push_back(Statement("read_pages", task.lease.task, number, number, 1, true, true, true, 1 << 20));

  auto answers = must(run(stores.database().read(std::move(reads))));

  ASSERT_EQ(answers.size(), 40u);
  for (auto& rows : answers) EXPECT_EQ(rows.size(), 1u);
}

TEST_F(PostgresDatabaseTest, never_uses_a_connection_again_whose_caller_was_cancelled) {
  stores.options.connections = 1;
  stores.reopen();
  auto first = add("first.pdf"), second = add("second.pdf");
  {
    auto lock = stores.server().hold("LOCK TABLE documents IN ACCESS EXCLUSIVE MODE");
    EXPECT_FALSE(run(with_timeout(200ms, stores.catalogue().find(first.document))));
  }

  EXPECT_EQ(find(second.document).filename, "second.pdf");
  EXPECT_EQ(find(first.document).filename, "first.pdf");
}

TEST_F(PostgresDatabaseTest, lets_callers_wait_for_a_connection_in_order) {
  stores.options.connections = 2;
  stores.reopen();
  std::vector<Async<Result<std::vector<TaskTicket>>>> works;
  for (int i = 0; i < 100; ++i) works.push_back(adding(new_document()));

  for (auto& added : run_all(stores.loop(), std::move(works))) EXPECT_TRUE(added.has_value());

  EXPECT_LE(std::stoi(value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'docquarry'")), 2);
}

TEST_F(PostgresDatabaseTest, runs_a_transaction_again_that_lost_a_deadlock) {
  auto ticket = add();
  auto task = claim_one();
  // The other side takes the document first and the task second; completing takes them the other way round.
  auto other = stores.server().hold("SET deadlock_timeout = '30s'; SELECT 1 FROM documents FOR UPDATE");
  std::thread wants_the_task([&] {
    stores.server().wait_until(somebody_waits);
    stores.server().go_on(other, "UPDATE tasks SET priority = 1; COMMIT");
  });
  auto before = stores.database().stats().retries;

  complete(task, {page(1)});

  wants_the_task.join();
  EXPECT_GT(stores.database().stats().retries, before);
  EXPECT_EQ(find(ticket.document).state, TaskState::completed);
}

TEST_F(PostgresDatabaseTest, never_gives_a_task_to_two_of_many_claimers) {
  constexpr int tasks = 300, claimers = 64;
  std::vector<NewDocument> documents;
  for (int i = 0; i < tasks; ++i) documents.push_back(new_document("a.pdf", UserId(1 + i % 7)));
  for (auto& document : documents) document.owner = UserId(1);
  must(run(stores.catalogue().add(std::move(documents), true, std::nullopt)));
  // Several processes, as far as the server can tell.
  std::vector<std::unique_ptr<PostgresDatabase>> databases;
  std::vector<std::unique_ptr<SqlLedger>> ledgers;
  stores.options.connections = 16;
  for (int i = 0; i < 4; ++i) {
    databases.push_back(must(PostgresDatabase::open(stores.loop(), stores.options, stores.clock.now())));
    ledgers.push_back(std::make_unique<SqlLedger>(*databases.back(), stores.ids));
  }
  auto claim_all = [&](int me) -> Async<std::vector<std::int64_t>> {
    std::vector<std::int64_t> mine;
    WorkerId holder("host/" + std::to_string(me));
    auto now = stores.clock.now();
    while (true) {
      auto claimed = must(co_await ledgers[std::size_t(me) % 4]->claim(holder, now, now + 30s, 1 + me % 3, AttemptLimits()));
      if (claimed.tasks.empty()) co_return mine;
      for (const auto& task : claimed.tasks) mine.push_back(task.lease.task.value());
    }
  };
  std::vector<Async<std::vector<std::int64_t>>> works;
  for (int i = 0; i < claimers; ++i) works.push_back(claim_all(i));

  std::multiset<std::int64_t> all;
  for (auto& mine : run_all(stores.loop(), std::move(works))) all.insert(mine.begin(), mine.end());

  EXPECT_EQ(all.size(), std::size_t(tasks));
  EXPECT_EQ(std::set<std::int64_t>(all.begin(), all.end()).size(), std::size_t(tasks));
  EXPECT_EQ(value("SELECT max(attempt) FROM tasks"), "1");
}

TEST_F(PostgresDatabaseTest, takes_expired_leases_over_once_when_many_look_at_the_same_time) {
  for (int i = 0; i < 20; ++i) add();
  claim(20);
  stores.clock.advance(1min);
  std::vector<Async<Result<Claim>>> works;
  auto now = stores.clock.now();
  for (int i = 0; i < 20; ++i) works.push_back(stores.ledger().claim(worker, now, now + 30s, 5, AttemptLimits()));

  std::size_t claimed = 0;
  for (auto& tasks : run_all(stores.loop(), std::move(works))) claimed += must(std::move(tasks)).tasks.size();
  claimed += claim(20).size();

  EXPECT_EQ(claimed, 20u);
  EXPECT_EQ(value("SELECT sum(interruptions) || ' ' || max(attempt) FROM tasks"), "20 2");
}

TEST_F(PostgresDatabaseTest, starts_a_document_again_once_when_two_ask_at_the_same_time) {
  auto ticket = add();
  complete(claim_one(), {page(1)});
  std::vector<Async<Result<TaskTicket>>> works;
  for (int i = 0; i < 4; ++i) works.push_back(stores.ledger().start_again(ticket.document, {}, stores.clock.now()));

  int started = 0;
  for (auto& again : run_all(stores.loop(), std::move(works))) {
    if (again) ++started;
    else EXPECT_EQ(code_of(again), "not_finished");
  }

  EXPECT_EQ(started, 1);
  EXPECT_EQ(find(ticket.document).generation, 2);
}

TEST_F(PostgresDatabaseTest, logs_each_statement_with_its_time_when_asked) {
  stores.options.log_statements = true;
  stores.reopen();
  testing::internal::CaptureStderr();
  log::start(log::Level::info);
  add("secret name.pdf");
  log::start(log::Level::off);
  auto lines = testing::internal::GetCapturedStderr();
  log::start(log::Level::warn);

  EXPECT_NE(lines.find(R"("event":"statement","name":"insert_document","ms":)"), lines.npos) << lines;
  EXPECT_NE(lines.find(R"("name":"COMMIT")"), lines.npos) << lines;
  EXPECT_EQ(lines.find("secret"), lines.npos) << lines;
}

// ---- outages -----------------------------------------------------------------------------------------------------------------------

TEST_F(PostgresDatabaseTest, does_not_notice_when_idle_connections_were_ended) {
  auto ticket = add();
  terminate_backends();
  EXPECT_EQ(find(ticket.document).id, ticket.document);
  terminate_backends();

  add();

  EXPECT_EQ(must(run(stores.catalogue().count({}))), 2);
}

TEST_F(PostgresDatabaseTest, runs_a_transaction_again_whose_connection_was_ended_in_the_middle) {
  auto lock = stores.server().hold("LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
  std::thread ends_it([&] {
    stores.server().wait_until(somebody_waits);
    terminate_backends();
    lock.reset();
  });

  add();

  ends_it.join();
  EXPECT_GT(stores.database().stats().retries, 0u);
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 1);
}

class PostgresProxyTest : public PostgresDatabaseTest {
 protected:
  PostgresProxyTest() {
    auto options = stores.options;
    options.url = "postgres://postgres@127.0.0.1:" + std::to_string(proxy.port()) + "/docquarry";
    stores.reopen(options);
    add("before.pdf");
  }

  TcpProxy proxy{PostgresStores::server().port()};
};

TEST_F(PostgresProxyTest, asks_what_became_of_a_commit_whose_answer_was_lost) {
  proxy.lose_next(TcpProxy::Loses::answer_to_commit);

  auto ticket = add("kept.pdf");

  EXPECT_EQ(proxy.times_lost(), 1);
  EXPECT_EQ(stores.database().stats().lost_commits, 1u);
  EXPECT_EQ(find(ticket.document).filename, "kept.pdf");
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 2);
}

TEST_F(PostgresProxyTest, says_that_nothing_happened_when_commit_did_not_arrive) {
  proxy.lose_next(TcpProxy::Loses::commit);

  EXPECT_EQ(code_of(run(adding(new_document()))), "database_unavailable");

  EXPECT_EQ(proxy.times_lost(), 1);
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 1);
}

TEST_F(PostgresProxyTest, does_not_repeat_what_may_have_happened) {
  for (int i = 0; i < 2; ++i) add();
  proxy.lose_next(TcpProxy::Loses::answer_to_commit);
  auto now = stores.clock.now();

  EXPECT_EQ(code_of(run(stores.ledger().claim(worker, now, now + 30s, 1, AttemptLimits()))), "database_unavailable");

  EXPECT_EQ(value("SELECT count(*) FROM tasks WHERE state = 'PROCESSING'"), "1");
}

// On a server of their own, because others would notice.
class PostgresOutageTest : public testing::Test {
 protected:
  PostgresOutageTest() {
    server.create_database("docquarry");
    options.url = server.url("docquarry");
    database = must(PostgresDatabase::open(loop, options, clock.now()));
    catalogue = std::make_unique<SqlCatalogue>(*database, ids);
  }
  void reopen() {
    catalogue.reset();
    database = must(PostgresDatabase::open(loop, options, clock.now()));
    catalogue = std::make_unique<SqlCatalogue>(*database, ids);
  }
  Async<Result<std::vector<TaskTicket>>> adding() {
    NewDocument document;
    document.uid = Uid(ids.next());
    document.owner = default_user;
    document.filename = "a.pdf";
    document.content = ObjectKey("uploads/" + document.uid.value());
    document.created_at = clock.now();
    std::vector<NewDocument> one{std::move(document)};
    return catalogue->add(std::move(one), true, std::nullopt);
  }

  PostgresServer server;
  PostgresOptions options;
  boost::asio::io_context loop;
  contracts::ManualClock clock;
  contracts::CountingIds ids;
  std::unique_ptr<PostgresDatabase> database;
  std::unique_ptr<SqlCatalogue> catalogue;
};

TEST_F(PostgresOutageTest, loses_nothing_that_was_answered_when_the_server_is_restarted_under_load) {
  std::atomic<bool> is_over = false;
  std::set<std::int64_t> answered;
  int refused = 0;
  auto client = [&]() -> Async<bool> {
    while (!is_over) {
      auto added = co_await adding();
      if (added) answered.insert(added->front().document.value());
      else if (added.error().is(database_unavailable)) ++refused;
      else throw std::runtime_error(added.error().describe());
    }
    co_return true;
  };
  std::thread restarts([&] {
    for (std::string mode : {"fast", "immediate", "fast", "immediate"}) {
      auto before = std::stoi(server.execute("SELECT count(*) FROM documents"));
      server.wait_until("SELECT count(*) > " + std::to_string(before + 20) + " FROM documents");
      server.control("restart -m " + mode);
    }
    server.wait_until("SELECT count(*) > 100 FROM documents");
    is_over = true;
  });
  std::vector<Async<bool>> clients;
  for (int i = 0; i < 12; ++i) clients.push_back(client());
  run_all(loop, std::move(clients));
  restarts.join();

  for (auto id : answered) EXPECT_EQ(server.execute("SELECT count(*) FROM documents WHERE id = " + std::to_string(id)), "1");
  EXPECT_GT(answered.size(), 80u);
  EXPECT_EQ(server.execute("SELECT count(*) FROM documents d WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.document_id = d.id)"),
            "0");
  auto stored = std::stoul(server.execute("SELECT count(*) FROM documents"));
  EXPECT_LE(stored, answered.size() + std::size_t(refused)) << "nothing was stored twice";
}

TEST_F(PostgresOutageTest, fails_at_once_while_an_outage_lasts_and_recovers_by_itself) {
  options.patience = 300ms;
  reopen();
  must(contracts::run(loop, adding()));
  server.control("stop -m fast");
  EXPECT_EQ(code_of(contracts::run(loop, adding())), "database_unavailable");
  EXPECT_EQ(code_of(contracts::run(loop, database->check())), "database_unavailable");
  auto retries = database->stats().retries;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(code_of(contracts::run(loop, adding())), "database_unavailable");
  EXPECT_EQ(database->stats().retries, retries) << "callers do not wait any more";

  server.control("start");

  auto until_it_works = [&]() -> Async<bool> {
    while (true) {
      auto added = co_await adding();
      if (added) co_return true;
      co_await pause_for(20ms);
    }
  };
  EXPECT_TRUE(contracts::run(loop, with_timeout(30s, until_it_works())).has_value());
  EXPECT_TRUE(contracts::run(loop, database->check()).has_value());
}

TEST_F(PostgresOutageTest, says_that_a_standby_cannot_be_written_to) {
  server.execute("ALTER DATABASE docquarry SET default_transaction_read_only = on");
  options.patience = 100ms;
  auto read_only = PostgresDatabase::open(loop, options, clock.now());

  EXPECT_EQ(code_of(read_only), "database_unavailable") << "the migration's table cannot be made";
  server.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'docquarry'");
  EXPECT_EQ(code_of(contracts::run(loop, database->check())), "database_unavailable");
}

TEST(PostgresTls, checks_the_certificate_when_the_url_asks_for_it) {
  PostgresServer server({"--tls"}), other({"--tls"});
  boost::asio::io_context loop;
  PostgresOptions options;
  auto with = [&](const std::string& host, const PostgresServer& trusted) {
    return "postgres://postgres@" + host + ":" + std::to_string(server.port()) +
           "/postgres?sslmode=verify-full&sslrootcert=" + trusted.fact("certificate");
  };
  options.url = with("localhost", server);
  auto database = must(PostgresDatabase::open(loop, options, Timestamp()));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(contracts::run(loop, database->check()).has_value());
  EXPECT_EQ(server.execute("SELECT count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                           "WHERE ssl AND application_name = 'docquarry'",
                           "postgres"),
            "t");
  EXPECT_EQ(server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'docquarry'", "postgres"), "1")
      << "the connection was used again";

  options.url = with("localhost", other);
  EXPECT_EQ(code_of(PostgresDatabase::open(loop, options, Timestamp())), "database_unavailable");
  options.url = with("127.0.0.1", server);
  EXPECT_EQ(code_of(PostgresDatabase::open(loop, options, Timestamp())), "database_unavailable") << "another name";
}

TEST(PostgresUrl, is_never_repeated_where_it_may_hold_a_password) {
  boost::asio::io_context loop;
  PostgresOptions options;
  options.start_time = 0ms;
  options.url = "postgres://user:p%zzsecret@127.0.0.1/x";
  auto unreadable = PostgresDatabase::open(loop, options, Timestamp());
  EXPECT_EQ(code_of(unreadable), "invalid_setting");
  EXPECT_EQ(unreadable.error().describe().find("secret"), std::string::npos);

  options.url = "postgres://user:secret@127.0.0.1:1/x";
  auto unreachable = PostgresDatabase::open(loop, options, Timestamp());
  EXPECT_EQ(code_of(unreachable), "database_unavailable");
  EXPECT_EQ(unreachable.error().describe().find("secret"), std::string::npos);
  EXPECT_NE(unreachable.error().describe().find("127.0.0.1:1/x"), std::string::npos) << unreachable.error().describe();

  auto no_tls = PostgresStores::server().url("postgres") + "?sslmode=require";
  options.url = no_tls;
  auto insecure = PostgresDatabase::open(loop, options, Timestamp());
  EXPECT_EQ(code_of(insecure), "database_unavailable");
  EXPECT_NE(insecure.error().describe().find("SSL"), std::string::npos) << insecure.error().describe();
}

TEST(PostgresUrl, gives_libpq_the_addresses_of_all_hosts) {
  boost::asio::io_context loop;
  auto resolved = [&](const std::string& url) {
    auto address = must(PostgresAddress::parse(url));
    std::map<std::string, std::string> values;
    for (auto& [key, value] : must(contracts::run(loop, address.resolved(loop)))) values[key] = value;
    return values;
  };
  auto named = resolved("postgresql+psycopg2://user@localhost:5433/x?sslmode=verify-full");
  EXPECT_NE(named["hostaddr"].find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(named["host"].find("localhost"), 0u);
  EXPECT_EQ(named["sslmode"], "verify-full");
  EXPECT_EQ(named["application_name"], "docquarry");
  auto several = resolved("postgres://user@127.0.0.1:1,127.0.0.2:2/x");
  EXPECT_EQ(several["hostaddr"], "127.0.0.1,127.0.0.2");
  EXPECT_EQ(several["port"], "1,2");
  EXPECT_EQ(resolved("postgres://user@/x?host=/run/postgresql").count("hostaddr"), 0u);
  auto unknown = must(PostgresAddress::parse("postgres://user@no-such-host.invalid/x"));
  EXPECT_EQ(code_of(contracts::run(loop, unknown.resolved(loop))), "database_unavailable");
}

TEST(PostgresErrors, tells_a_full_disk_from_an_outage_and_hides_values) {
  EXPECT_TRUE(error_of({"53100", "could not extend file"}, "insert_page").is(storage_full));
  EXPECT_TRUE(error_of({"53300", "too many connections"}, "x").is(database_unavailable));
  EXPECT_TRUE(error_of({"42703", "no such column"}, "x").is(internal_error));
  auto value = error_of({"22P02", "invalid input syntax for type integer: \"secret\""}, "x");
  EXPECT_EQ(value.describe().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace docquarry
