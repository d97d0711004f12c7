package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.serving.config.ServerConfig.LogSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** How the log of a server looks. */
final class ServerLogTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private PrintStream err = System.err;

  @BeforeEach
  void capture() {
    err = System.err;
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setErr(err);
    ServerLog.configure(LogSettings.Format.TEXT, LogSettings.Level.WARN);
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  private static void speak() {
    var log = LoggerFactory.getLogger("io.diffusion4j.Test");
    MDC.put("request_id", "42");
    log.atInfo().addKeyValue("code", "OK").addKeyValue("milliseconds", 7).log("a \"call\"\n");
    MDC.remove("request_id");
    log.debug("not logged");
    LoggerFactory.getLogger("org.library").info("not logged either");
    java.util.logging.Logger.getLogger("org.other").warning("logged the other way");
    log.error("a fault", new IllegalStateException("why"));
  }

  @Test
  void forProgramsALineIsAnObjectWithItsKeysAtTheTop() {
    ServerLog.configure(LogSettings.Format.JSON, LogSettings.Level.INFO);
    speak();
    List<JsonNode> lines = lines().stream().map(ServerLogTest::json).toList();
    assertThat(lines)
        .extracting(line -> line.path("message").asText())
        .containsExactly("a \"call\"\n", "logged the other way", "a fault");
    JsonNode call = lines.get(0);
    assertThat(call.path("request_id").asText()).isEqualTo("42");
    assertThat(call.path("code").asText()).isEqualTo("OK");
    assertThat(call.path("milliseconds").asInt()).isEqualTo(7);
    assertThat(call.path("level").asText()).isEqualTo("INFO");
    assertThat(call.path("@timestamp").asText()).startsWith("20");
    assertThat(call.has("@version")).isFalse();
    assertThat(lines.get(2).path("stack_trace").asText())
        .startsWith("java.lang.IllegalStateException: why");
  }

  @Test
  void forPeopleALineHasTheTimeTheLevelAndTheKeys() {
    ServerLog.configure(LogSettings.Format.TEXT, LogSettings.Level.INFO);
    speak();
    assertThat(lines().get(0))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO {2}Test: a \"call\"");
    assertThat(String.join("\n", lines()))
        .contains("code=\"OK\" milliseconds=\"7\"", "request_id=42", "logged the other way")
        .doesNotContain("not logged");
  }

  @Test
  void whatAClientSendsForgesNoLine() {
    for (LogSettings.Format format : LogSettings.Format.values()) {
      written.reset();
      ServerLog.configure(format, LogSettings.Level.INFO);
      LoggerFactory.getLogger("io.diffusion4j.Test")
          .atInfo()
          .addKeyValue("prompt", "a dog\r\n2030-01-01T00:00:00.000Z INFO  Test: forged")
          .log("call");
      assertThat(lines()).as(format.name()).hasSize(1);
    }
  }

  @Test
  void theLevelCanBeChanged() {
    ServerLog.configure(LogSettings.Format.TEXT, LogSettings.Level.WARN);
    ServerLog.level(LogSettings.Level.DEBUG);
    speak();
    assertThat(String.join("\n", lines())).contains("not logged", "a fault");
  }

  @Test
  void aQuieterLevelQuietsLibrariesToo() {
    ServerLog.configure(LogSettings.Format.TEXT, LogSettings.Level.ERROR);
    speak();
    assertThat(String.join("\n", lines())).contains("a fault").doesNotContain("the other way");
  }
}
