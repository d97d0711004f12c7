package io.diffusion4j.serving.observability;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.observability.ServingListener.BatchEnd;
import io.diffusion4j.serving.observability.ServingListener.CallEnd;
import io.grpc.Status.Code;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PrometheusMetersTest {
  private final PrometheusMeters meters = new PrometheusMeters();

  private static CallEnd call(Code code, Duration time) {
    return new CallEnd("s/M", code, time, "id", "ann", "a secret");
  }

  @Test
  void everyMeterIsInTheScrapeUnderItsName() {
    meters.service().callEnded(call(Code.OK, Duration.ofMillis(1500)));
    meters.service().callEnded(call(Code.OK, Duration.ofMillis(500)));
    meters.service().callEnded(call(Code.CANCELLED, Duration.ofMillis(10)));
    meters.service().queueChanged(7);
    meters.service().requestBegan(Duration.ofSeconds(3));
    meters.service().batchBegan("m", 4);
    meters.service().batchBegan("m", 8);
    meters.service().stepTaken("decoder", 4, Duration.ofMillis(250));
    meters.service().stepTaken("decoder", 8, Duration.ofMillis(500));
    meters.service().batchEnded("m", 4, BatchEnd.DRAWN);
    meters.service().batchBegan("m", 2);
    meters.service().batchEnded("m", 2, BatchEnd.FAILED);
    meters.service().requestCancelled();
    meters.service().previewsDropped(3);

    assertThat(meters.scrape().lines())
        .contains(
            "diffusion4j_calls_seconds_count{code=\"OK\",method=\"s/M\"} 2",
            "diffusion4j_calls_seconds_sum{code=\"OK\",method=\"s/M\"} 2.0",
            "diffusion4j_calls_seconds_count{code=\"CANCELLED\",method=\"s/M\"} 1",
            "diffusion4j_queue_depth 7.0",
            "diffusion4j_queue_wait_seconds_sum 3.0",
            "diffusion4j_samples_active 8.0",
            "diffusion4j_step_seconds_sum{batch=\"4\",stage=\"decoder\"} 0.25",
            "diffusion4j_step_seconds_sum{batch=\"8\",stage=\"decoder\"} 0.5",
            "diffusion4j_image_steps_total{stage=\"decoder\"} 12.0",
            "diffusion4j_images_total{model=\"m\"} 4.0",
            "diffusion4j_failed_images_total{model=\"m\"} 2.0",
            "diffusion4j_cancelled_requests_total 1.0",
            "diffusion4j_dropped_previews_total 3.0")
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"))
        .noneMatch(line -> line.contains("secret"));
  }

  @Test
  void aServerBindsNoExecutorsToTheProcess() throws Exception {
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    var logger = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
    logger.setLevel(Level.DEBUG); // all later ones of a process are below WARN
    logger.addAppender(lines);
    try (var server = ToyService.onPort(query -> {})) {
      assertThat(server.port()).isPositive();
      assertThat(Metrics.globalRegistry.getMeters())
          .noneMatch(meter -> meter.getId().getName().startsWith("armeria.executor"));
      assertThat(lines.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .noneMatch(line -> line.contains("already"));
    } finally {
      logger.detachAppender(lines);
      logger.setLevel(null);
    }
  }

  @Test
  void theMetersOfTheQueueAreThereBeforeAnythingHappens() {
    assertThat(meters.scrape().lines())
        .contains("diffusion4j_queue_depth 0.0", "diffusion4j_samples_active 0.0");
  }

  @Test
  void memoryIsThatOfTheProcess() {
    double bytes =
        meters
            .scrape()
            .lines()
            .filter(line -> line.startsWith("process_resident_memory_bytes "))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
            .findFirst()
            .orElse(Double.NaN);
    boolean linux = System.getProperty("os.name").equals("Linux");
    assertThat(bytes).matches(b -> linux ? b > 10e6 && b < 1e12 : Double.isNaN(b));
  }
}
