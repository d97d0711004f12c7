package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log tells of calls and of faults. */
class AccessLogTest {
  private static final Logger OURS = (Logger) LoggerFactory.getLogger("io.diffusion4j.serving");

  private final BlockingQueue<ILoggingEvent> told = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          event.prepareForDeferredProcessing();
          told.add(event);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    OURS.addAppender(appender);
    OURS.setLevel(Level.INFO);
  }

  @AfterEach
  void leave() {
    OURS.setLevel(Level.OFF);
    OURS.detachAppender(appender);
  }

  private ILoggingEvent next(String logger) throws InterruptedException {
    while (true) {
      ILoggingEvent event = told.poll(30, TimeUnit.SECONDS);
      assertThat(event).as("something of %s in the log", logger).isNotNull();
      if (event.getLoggerName().endsWith("." + logger)) {
        return event;
      }
    }
  }

  private static Map<String, String> keys(ILoggingEvent event) {
    return event.getKeyValuePairs().stream()
        .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value)));
  }

  @Test
  void aCallIsALineOfKeysAndValuesWithoutItsPrompt() throws Exception {
    String id = UUID.randomUUID().toString();
    try (var server = new TestServer(ToyModel.named("toy"))) {
      server.blocking().generateImages(request("a secret").setRequestId(id).build());
      ILoggingEvent line = next("AccessLog");
      assertThat(line.getLevel()).isEqualTo(Level.INFO);
      assertThat(line.getFormattedMessage()).isEqualTo("call");
      assertThat(keys(line))
          .containsEntry("request_id", id)
          .containsEntry("principal", "anybody")
          .containsEntry("method", "diffusion4j.v1.GenerationService/GenerateImages")
          .containsEntry("code", "OK")
          .containsOnlyKeys("request_id", "principal", "method", "code", "milliseconds");
      Refusal.of(() -> server.blocking().generateImages(request("").build()));
      assertThat(keys(next("AccessLog"))).containsEntry("code", "INVALID_ARGUMENT");
    }
    assertThat(told)
        .noneMatch(event -> event.getFormattedMessage().contains("a secret"))
        .noneMatch(event -> String.valueOf(event.getKeyValuePairs()).contains("a secret"));
  }

  @Test
  void aPromptIsToldWhereThatIsWanted() throws Exception {
    try (var server = new TestServer(CONFIG.withLogPrompts(true), ToyModel.named("toy"))) {
      server.blocking().generateImages(request("no secret").build());
      assertThat(keys(next("AccessLog"))).containsEntry("prompt", "no secret");
    }
  }

  @Test
  void aFaultIsUnderTheIdThatTheClientWasTold() throws IOException, InterruptedException {
    var model =
        ToyModel.named(
            "toy",
            query -> {
              throw new IllegalStateException("the secret reason");
            });
    String id = UUID.randomUUID().toString();
    try (var server = new TestServer(model)) {
      var refusal =
          Refusal.of(() -> server.blocking().generateImages(request("x").setRequestId(id).build()));
      assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
      assertThat(refusal.message()).contains(id);
      ILoggingEvent fault = next("Job");
      assertThat(fault.getLevel()).isEqualTo(Level.ERROR);
      assertThat(fault.getMDCPropertyMap()).containsEntry("request_id", id);
      assertThat(fault.getThrowableProxy().getMessage()).isEqualTo("the secret reason");
      assertThat(keys(next("AccessLog")))
          .containsEntry("request_id", id)
          .containsEntry("code", "INTERNAL");
    }
  }

  @Test
  void probesAreNotToldAmongCalls() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy")); // which asks for health
        var client = server.client()) {
      assertThat(client.isServing("")).isTrue();
      client.models();
      assertThat(keys(next("AccessLog")))
          .containsEntry("method", "diffusion4j.v1.ModelService/ListModels");
    }
    assertThat(List.copyOf(told))
        .noneMatch(event -> String.valueOf(event.getKeyValuePairs()).contains("grpc.health"));
  }
}
