package io.diffusion4j.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.RawHttp;
import io.diffusion4j.serving.ToyService;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests for the files of the page have no body, and so none that is late. */
@Timeout(60)
class PageRequestsTest {
  private static final Duration LONGEST = Duration.ofMillis(500);
  private static final String HEAD = "GET /page/app.js HTTP/1.1\r\nHost: localhost\r\n";

  @Test
  void aConnectionGoesOnAfterTheTime() throws Exception {
    try (var server = ToyService.impatient(LONGEST, new WebModule());
        var socket = RawHttp.connect(server.port())) {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 3; i++) {
        out.write((HEAD + "\r\n").getBytes(US_ASCII));
        String head = RawHttp.answer(socket).split("\r\n\r\n", 2)[0];
        assertThat(head).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("connection: close");
        TimeUnit.NANOSECONDS.sleep(LONGEST.multipliedBy(2).toNanos());
      }
    }
  }
}
