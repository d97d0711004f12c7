package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.observability.PrometheusMeters;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Refused requests are counted by their reason, and every response has a line in the log. */
@Timeout(60)
class RefusalMetersTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private static void await(Predicate<Void> condition) throws InterruptedException {
    for (int i = 0; i < 500 && !condition.test(null); i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void whoeverRefuses() throws Exception {
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    var logger = (Logger) LoggerFactory.getLogger("io.diffusion4j.serving.http.HttpAccessLog");
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    String token = HashedTokens.newToken();
    var ann = Principal.ANYBODY;
    var tokens =
        new HashedTokens(
            List.of(new HashedTokens.Entry(HashedTokens.hash(token), Instant.MAX, ann)),
            InstantSource.system());
    Injector injector =
        TestServer.injector(
            TestServer.CONFIG,
            new AbstractModule() {
              @Override
              protected void configure() {
                install(TestServer.asking(tokens));
                install(new MetricsModule());
              }
            },
            ToyModel.named("toy"));
    var meters = injector.getInstance(PrometheusMeters.class);
    try (var server = injector.getInstance(DiffusionServer.class).start()) {
      String post =
          "POST /diffusion4j/v1/images:generate HTTP/1.1|Host: %s|%sContent-Type: application/json|"
              .concat("Content-Length: 2||{}")
              .replace("|", "\r\n");
      RawHttp.ask(
          server.port(),
          post.formatted("localhost", "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01\r\n"));
      RawHttp.ask(server.port(), post.formatted("evil.example", ""));
      String bearer = "Authorization: Bearer " + token + "\r\n";
      RawHttp.ask(server.port(), post.formatted("localhost", bearer));

      List<String> expected =
          List.of(
              "diffusion4j_refusals_total{reason=\"TOKEN_MISSING\"} 1.0",
              "diffusion4j_refusals_total{reason=\"HOST_NOT_ALLOWED\"} 1.0",
              "diffusion4j_refusals_total{reason=\"INVALID_FIELDS\"} 1.0");
      await(none -> meters.scrape().lines().toList().containsAll(expected));
      assertThat(meters.scrape().lines())
          .containsAll(expected)
          .anyMatch(line -> line.startsWith("# HELP diffusion4j_refusals_total rejected and"))
          .anyMatch(line -> line.startsWith("diffusion4j_connections "))
          .anyMatch(line -> line.startsWith("diffusion4j_body_bytes "))
          .anyMatch(line -> line.startsWith("diffusion4j_backlog_seconds "))
          .anyMatch(line -> line.startsWith("diffusion4j_model{"))
          .anyMatch(line -> line.startsWith("diffusion4j_queue_wait_seconds_bucket"));
      await(none -> lines.list.size() == 3);
      assertThat(List.copyOf(lines.list).stream().map(RefusalMetersTest::pairs))
          .hasSize(3)
          .anyMatch(line -> line.contains("status=\"401\"") && line.contains(TRACE))
          .anyMatch(line -> line.contains("status=\"403\"") && line.contains("127.0.0.1"))
          .anyMatch(line -> line.contains("status=\"400\"") && line.contains("\"anybody\""));
    } finally {
      logger.detachAppender(lines);
    }
  }

  private static String pairs(ILoggingEvent event) {
    return event.getKeyValuePairs().stream()
        .map(pair -> pair.key + "=\"" + pair.value + "\"")
        .collect(Collectors.joining(" "));
  }

  @Test
  void thePrincipalsThatAreCountedAreFew() {
    var meters = new PrometheusMeters();
    for (int i = 0; i < 300; i++) {
      meters.service().admitted("tenant" + i, 2);
    }
    assertThat(meters.scrape().lines().filter(line -> line.startsWith("diffusion4j_cost_total{")))
        .hasSize(101)
        .contains("diffusion4j_cost_total{principal=\"other\"} 400.0");
  }
}
