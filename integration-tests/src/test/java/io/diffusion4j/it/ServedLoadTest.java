package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Main;
import io.diffusion4j.serving.Crowd;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server in a process of its own, as users run it, with small networks of random weights and a
 * {@link Crowd} of clients. Every call ends once, every picture is the expected one, and neither
 * native tensors nor memory leak.
 *
 * <p>The short form runs with the other tests. The long one, which prints its figures, is
 *
 * <pre>{@code
 * ./mvnw test -pl integration-tests -am -Dtest=ServedLoadTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dload.clients=200 -Dload.seconds=600
 * }</pre>
 */
@Tag("slow")
class ServedLoadTest {
  private static final int CLIENTS = Integer.getInteger("load.clients", 6);
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("load.seconds", 0));

  /** Enough calls for each client to show each behaviour, unless there is time for more. */
  private static final int MIN_CALLS = TIME.isZero() ? 6 : 1;

  private static final String TENSORS = "diffusion4j_live_tensors";
  private static final String RESIDENT = "process_resident_memory_bytes";

  /** A server and its meters. */
  private record Served(Process process, int port) implements AutoCloseable {
    static Served start(Path folder) throws IOException {
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              // The whole heap from the start, so that the heap does not grow.
              "-Xms512m",
              "-Xmx512m",
              "-XX:+AlwaysPreTouch",
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              Main.class.getName(),
              "serve",
              "--port",
              "0",
              "--precision",
              "bf16",
              "--queue",
              Integer.toString(Math.max(4, CLIENTS / 2)),
              "--log-level",
              "error",
              "--model",
              folder.toString());
      Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      Matcher said = Pattern.compile("serving .*:([0-9]+)").matcher(String.valueOf(out.readLine()));
      assertThat(said.find()).as("the server says where it listens").isTrue();
      return new Served(process, Integer.parseInt(said.group(1)));
    }

    double meter(String name) throws IOException, InterruptedException {
      var uri = URI.create("http://127.0.0.1:" + port + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no meter " + name));
    }

    void awaitIdle() throws IOException, InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (meter("diffusion4j_samples_active") + meter("diffusion4j_queue_depth") > 0) {
        assertThat(System.nanoTime()).as("time until the server is idle").isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /**
   * Lets crowds come until two in a row add no tensors: networks allocate memory for more samples
   * at the first batch that has them, and chance decides when that is. Each network grows a few
   * times at most; a leak grows with every crowd.
   */
  private static void awaitSteady(Served served, Crowd crowd, Duration time) throws Exception {
    double tensors = served.meter(TENSORS);
    int steady = 0;
    for (int round = 0; round < 16 && steady < 2; round++) {
      crowd.ask(CLIENTS, MIN_CALLS, time);
      served.awaitIdle();
      double after = served.meter(TENSORS);
      steady = after == tensors ? steady + 1 : 0;
      tensors = after;
    }
    assertThat(steady).as("crowds in a row that add no tensors to %.0f", tensors).isEqualTo(2);
  }

  @Test
  void aCrowdLeavesNothingBehind(@TempDir Path folder) throws Exception {
    TinyFolder.write(folder);
    try (var served = Served.start(folder)) {
      var crowd = new Crowd(served.port());
      awaitSteady(served, crowd, TIME.dividedBy(10));
      double tensors = served.meter(TENSORS);
      double resident = served.meter(RESIDENT);

      awaitSteady(served, crowd, TIME.dividedBy(2));
      double tensorsLeft = served.meter(TENSORS);
      double residentLeft = served.meter(RESIDENT);
      if (!TIME.isZero()) {
        System.out.printf(
            "%d clients, %s%nlive tensors %.0f -> %.0f, resident memory %.1f -> %.1f MiB%n",
            CLIENTS,
            crowd.report(),
            tensors,
            tensorsLeft,
            resident / (1 << 20),
            residentLeft / (1 << 20));
      }
      crowd.assertAsBefore();
      assertThat(residentLeft).as("resident memory").isLessThan(1.1 * resident);
      assertThat(crowd.outcomes().elementSet())
          .contains("OK")
          .noneMatch(outcome -> outcome.contains("INTERNAL") || outcome.contains("UNKNOWN"));
    }
  }
}
