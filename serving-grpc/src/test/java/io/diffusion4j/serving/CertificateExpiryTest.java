package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.inject.Injector;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.observability.PrometheusMeters;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The expiry of a certificate is in the log at the start, and in the meters. */
@Timeout(60)
class CertificateExpiryTest {
  @ParameterizedTest
  @CsvSource({
    "-2, ERROR, 'expired at ', -2",
    "0, ERROR, 'expired at ', -1",
    "5, WARN, 'expires in ', 4"
  })
  void itIsLoggedAndMetered(
      int days, String level, String message, double metered, @TempDir Path folder)
      throws Exception {
    CertificateFiles files = Certificates.expiring(folder, "own", days);
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    var logger = (Logger) LoggerFactory.getLogger("io.diffusion4j.serving.config");
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    var config = CONFIG.withTls(new ServerTls(files, Optional.empty()));
    Injector injector = TestServer.injector(config, new MetricsModule(), ToyModel.named("toy"));
    try (var server = injector.getInstance(DiffusionServer.class).start()) {
      assertThat(server.port()).isPositive();
      assertThat(lines.list)
          .anySatisfy(
              line -> {
                assertThat(line.getLevel()).isEqualTo(Level.valueOf(level));
                assertThat(line.getFormattedMessage()).contains(message);
              });
      assertThat(injector.getInstance(PrometheusMeters.class).scrape())
          .containsPattern("diffusion4j_certificate_days " + metered);
    } finally {
      logger.detachAppender(lines);
    }
  }
}
