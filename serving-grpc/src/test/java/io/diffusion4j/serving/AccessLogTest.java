package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.common.util.concurrent.Uninterruptibles;
import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The log entries of calls and of faults. */
class AccessLogTest {
  private static final Logger OURS = (Logger) LoggerFactory.getLogger("io.diffusion4j.serving");

  private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();
  private final BlockingQueue<ILoggingEvent> events = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          event.prepareForDeferredProcessing();
          events.add(event);
          all.add(event);
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
      ILoggingEvent event = events.poll(30, TimeUnit.SECONDS);
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
    assertThat(all)
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
  void aFaultIsUnderTheIdThatTheClientReceived() throws IOException, InterruptedException {
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

  /** A client disconnects before it is authenticated. */
  private enum Leaves {
    BEFORE_THE_CALL_BEGINS,
    BEFORE_THE_REQUEST_IS_READ
  }

  @ParameterizedTest
  @CsvSource({
    "BEFORE_THE_CALL_BEGINS, GenerateImages",
    "BEFORE_THE_CALL_BEGINS, StreamGenerateImages",
    "BEFORE_THE_REQUEST_IS_READ, GenerateImages",
    "BEFORE_THE_REQUEST_IS_READ, StreamGenerateImages"
  })
  void aClientWhoLeavesIsNoFault(Leaves when, String method) throws Exception {
    var arrived = new CountDownLatch(1);
    ServerInterceptor slow = waitingForTheClientToLeave(when, arrived);
    Module interceptor =
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder.newSetBinder(binder(), ServerInterceptor.class)
                .addBinding()
                .toInstance(slow);
          }
        };
    try (var server = new TestServer(CONFIG, interceptor, ToyModel.named("toy"))) {
      Runnable leave;
      if (method.equals("GenerateImages")) {
        var call =
            GenerationServiceGrpc.newFutureStub(server.channel)
                .generateImages(request("x").build());
        leave = () -> call.cancel(true);
      } else {
        leave = Call.start(server.channel, request("x"))::cancel;
      }
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      leave.run();
      assertThat(keys(next("AccessLog"))).containsEntry("code", "CANCELLED");
    }
    assertThat(all).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
  }

  private static ServerInterceptor waitingForTheClientToLeave(Leaves when, CountDownLatch arrived) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (!GenerationServiceGrpc.SERVICE_NAME.equals(
            call.getMethodDescriptor().getServiceName())) {
          return next.startCall(call, headers);
        }
        if (when == Leaves.BEFORE_THE_CALL_BEGINS) {
          arrived.countDown();
          await(ServiceRequestContext.current()::isCancelled);
        }
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
          @Override
          public void onHalfClose() {
            if (when == Leaves.BEFORE_THE_REQUEST_IS_READ) {
              arrived.countDown();
              await(call::isCancelled);
            }
            super.onHalfClose();
          }
        };
      }
    };
  }

  private static void await(BooleanSupplier what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!what.getAsBoolean() && System.nanoTime() < end) {
      Uninterruptibles.sleepUninterruptibly(5, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void probesAreNotToldAmongCalls() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy")); // a health check
        var client = server.client()) {
      assertThat(client.isServing("")).isTrue();
      client.models();
      assertThat(keys(next("AccessLog")))
          .containsEntry("method", "diffusion4j.v1.ModelService/ListModels");
    }
    assertThat(all)
        .noneMatch(event -> String.valueOf(event.getKeyValuePairs()).contains("grpc.health"));
  }
}
