package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are queued, cancelled, refused or failing. */
@Timeout(60)
class ManyRequestsTest {
  private static final ServerConfig ONE_ROW = CONFIG.withRows(1);

  private final Gate gate = new Gate();

  @Test
  void aCancelledRequestStopsBeforeItsNextStep() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      Call call = Call.start(server.channel, request("x").putStages("decoder", steps(50)));
      gate.awaitCall();
      gate.step();
      gate.awaitCall();
      call.cancel();
      assertThat(call.end().getCode()).isEqualTo(Code.CANCELLED);
      server.awaitUnfinished(0);
      gate.open();

      anotherRequestEnds(server);
      assertThat(gate.calls()).isEqualTo(2 + 4);
    }
  }

  @Test
  void aDisconnectedClientStopsItsRequest() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", gate::accept));
        var other = server.client()) {
      Call call = Call.start(server.channel, request("x").putStages("decoder", steps(50)));
      gate.awaitCall();
      server.channel.shutdownNow();
      assertThat(call.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      server.awaitUnfinished(0);
      gate.open();

      other.generate(request("y").build(), progress -> {});
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @Test
  void anExpiredRequestStopsBeforeItsNextStep() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .withDeadlineAfter(Duration.ofSeconds(1))
                      .generateImages(request("x").putStages("decoder", steps(50)).build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      server.awaitUnfinished(0);
      gate.open();

      anotherRequestEnds(server);
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @Test
  void aDeadlineThatCannotBeMetIsRefusedAtOnce() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", query -> sleep(20)))) {
      anotherRequestEnds(server); // and is measured
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .withDeadlineAfter(Duration.ofSeconds(5))
                      .generateImages(request("x").putStages("decoder", steps(1000)).build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(refusal.reason()).isEqualTo("DEADLINE_TOO_SOON");
      assertThat(refusal.message())
          .matches("deadline: in 4\\.\\d+ s \\(expected: in \\d+\\.\\d+ s or later, .*\\)");
    }
  }

  @Test
  void aFullQueueRefusesAndSaysWhenToComeAgain() throws Exception {
    var config = ONE_ROW.withQueueCapacity(2);
    try (var server = new TestServer(config, ToyModel.named("toy", gate::accept))) {
      List<Call> calls = new ArrayList<>();
      calls.add(Call.start(server.channel, request("runs")));
      gate.awaitCall();
      for (int position = 0; position < 2; position++) {
        Call waits = Call.start(server.channel, request("waits"));
        assertThat(waits.queuePosition()).isEqualTo(position);
        calls.add(waits);
      }

      var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.message())
          .isEqualTo("the queue is full: 2 requests are waiting; try again in 1.0 s");
      assertThat(refusal.detail(RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
          .isEqualTo(1);
      var info = refusal.detail(ErrorInfo.class).orElseThrow();
      assertThat(info.getReason()).isEqualTo("QUEUE_FULL");
      assertThat(info.getMetadataMap()).containsEntry("depth", "2");

      gate.open();
      for (Call call : calls) {
        assertThat(call.end().isOk()).isTrue();
      }
    }
  }

  @Test
  void aCancelledRequestLeavesTheQueueAtOnce() throws Exception {
    var config = ONE_ROW.withQueueCapacity(1);
    try (var server = new TestServer(config, ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      assertThat(waits.queuePosition()).isZero();
      waits.cancel();
      server.awaitUnfinished(1);

      Call next = Call.start(server.channel, request("next"));
      assertThat(next.queuePosition()).isZero();
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      assertThat(next.end().isOk()).isTrue();
      assertThat(gate.calls()).isEqualTo(2 * 4);
    }
  }

  @Test
  void requestsInCompanyGetTheSameBytesAsAlone() throws Exception {
    List<GenerateImagesRequest> requests = new ArrayList<>();
    String[] samplers = {"ddim", "heun", "ddpm-small", "euler-ancestral"};
    for (int i = 0; i < 12; i++) {
      var options = steps(3 + i % 3).toBuilder().setSampler(samplers[i % samplers.length]).build();
      requests.add(
          request("prompt " + i)
              .addSeeds(i)
              .setImageCount(1 + i % 6)
              .putStages("decoder", options)
              .build());
    }
    try (var server = new TestServer(ToyModel.named("toy"));
        var clients = new Pool(4)) {
      List<GenerateImagesResponse> alone = new ArrayList<>();
      for (var request : requests) {
        alone.add(server.blocking().generateImages(request));
      }
      List<Future<GenerateImagesResponse>> company = new ArrayList<>();
      for (var request : requests) {
        company.add(clients.submit(() -> server.blocking().generateImages(request)));
      }
      for (int i = 0; i < requests.size(); i++) {
        assertThat(company.get(i).get().getImagesList()).isEqualTo(alone.get(i).getImagesList());
      }
    }
  }

  @Test
  void aRequestForManyImagesLetsAnotherGoBetweenItsBatches() throws Exception {
    try (var server = new TestServer(ONE_ROW, ToyModel.named("toy", gate::accept))) {
      Call many = Call.start(server.channel, request("many").setImageCount(3));
      gate.awaitCall();
      Call one = Call.start(server.channel, request("one"));
      assertThat(one.queuePosition()).isZero();
      // The first image of many, and all of one: the second image of many waits at the gate.
      for (int calls = 0; calls < 4 + 4; calls++) {
        gate.step();
      }
      assertThat(one.end().isOk()).isTrue();
      many.awaitImages(1);
      assertThat(many.hasEnded()).isFalse();
      assertThat(many.events.stream().filter(StreamGenerateImagesResponse::hasImageDone))
          .hasSize(1);
      gate.open();
      assertThat(many.end().isOk()).isTrue();
    }
  }

  @Test
  void aHigherPriorityGoesFirst() throws Exception {
    try (var server = new TestServer(ONE_ROW, ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      Call low = Call.start(server.channel, request("x").setPriority(Priority.PRIORITY_LOW));
      assertThat(low.queuePosition()).isZero();
      Call normal = Call.start(server.channel, request("x"));
      assertThat(normal.queuePosition()).isZero();
      Call high = Call.start(server.channel, request("x").setPriority(Priority.PRIORITY_HIGH));
      assertThat(high.queuePosition()).isZero();
      Call later = Call.start(server.channel, request("x"));
      assertThat(later.queuePosition()).isEqualTo(2);
      gate.open();
      for (Call call : List.of(runs, low, normal, high, later)) {
        assertThat(call.end().isOk()).isTrue();
      }
    }
  }

  @Test
  void aRepeatAttachesToTheRunningRequestAndKeepsItWhenTheFirstLeaves() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      var request = request("x").setRequestId(UUID.randomUUID().toString());
      Call first = Call.start(server.channel, request);
      gate.awaitCall();
      Call second = Call.start(server.channel, request);
      second.queuePosition();
      first.cancel();
      gate.open();
      assertThat(second.end().isOk()).isTrue();
      assertThat(second.events.stream().filter(StreamGenerateImagesResponse::hasImageDone))
          .hasSize(1);
      assertThat(gate.calls()).isEqualTo(4);
    }
  }

  @Test
  void aRepeatOfACancelledRequestDrawsAgain() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      var request = request("x").setRequestId(UUID.randomUUID().toString());
      Call first = Call.start(server.channel, request);
      gate.awaitCall();
      first.cancel();
      server.awaitUnfinished(0);
      gate.open();
      assertThat(server.blocking().generateImages(request.build()).getImagesCount()).isEqualTo(1);
    }
  }

  @Test
  void aFaultOfTheModelFailsOneRequestAndTellsNoInternals() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    var model =
        ToyModel.named(
            "toy",
            query -> {
              switch (calls.getAndIncrement()) {
                case 0 -> throw new IllegalStateException("secret: /etc/passwd");
                case 1 -> throw new LinkageError("of the native kind");
                case 2 -> Arrays.fill(query.xt(), Float.NaN);
                default -> {}
              }
            });
    try (var server = new TestServer(model)) {
      for (int fault = 0; fault < 3; fault++) {
        String id = UUID.randomUUID().toString();
        var refusal =
            Refusal.of(
                () -> server.blocking().generateImages(request("x").setRequestId(id).build()));
        assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
        assertThat(refusal.message())
            .isEqualTo("internal error; the server's log has it under " + id);
        assertThat(refusal.detail(ErrorInfo.class).orElseThrow().getMetadataMap())
            .containsEntry("correlation_id", id);
      }
      anotherRequestEnds(server);
    }
  }

  @Test
  void theImagesThatWereDrawnAreReturnedWhenOthersFail() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (calls.getAndIncrement() == 4 * 4) { // in the second batch
                throw new IllegalStateException("secret");
              }
            });
    try (var server = new TestServer(model)) {
      var response = server.blocking().generateImages(request("x").setImageCount(10).build());
      assertThat(response.getImagesList())
          .extracting(image -> image.getMetadata().getIndex())
          .containsExactly(0, 1, 2, 3, 8, 9);
      assertThat(response.getFailuresList())
          .extracting(failure -> failure.getImageIndex(), failure -> failure.getError().getCode())
          .containsExactly(
              tuple(4, Code.INTERNAL.value()),
              tuple(5, Code.INTERNAL.value()),
              tuple(6, Code.INTERNAL.value()),
              tuple(7, Code.INTERNAL.value()));
      assertThat(response.getUsage().getImages()).isEqualTo(6);
    }
  }

  @Test
  void aSlowReaderMissesProgressAndNoImage() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"));
        var other = server.client()) {
      var request = request("x").addSeeds(1).setImageCount(10).putStages("decoder", steps(1000));
      Call slow = Call.startWithoutReading(server.channel, request);
      // Another client is not delayed by it.
      var quick = other.generate(request.build(), progress -> {});
      assertThat(quick.images()).hasSize(10);
      server.awaitUnfinished(0);
      slow.read();
      assertThat(slow.end().isOk()).isTrue();
      assertThat(slow.events.stream().filter(StreamGenerateImagesResponse::hasProgress).count())
          .isLessThan(3 * 1000);
      assertThat(
              slow.events.stream()
                  .filter(StreamGenerateImagesResponse::hasImageDone)
                  .map(event -> event.getImageDone().getMetadata()))
          .isEqualTo(quick.images().stream().map(picture -> picture.metadata()).toList());
      assertThat(
              slow.events.stream()
                  .filter(StreamGenerateImagesResponse::hasImageChunk)
                  .mapToLong(event -> event.getImageChunk().getData().size())
                  .sum())
          .isEqualTo(quick.images().stream().mapToLong(picture -> picture.png().length).sum());
    }
  }

  @Test
  void drainingLetsRunningRequestsFinishAndRefusesTheOthers() throws Exception {
    try (var server = new TestServer(ONE_ROW, ToyModel.named("toy", gate::accept));
        var pool = new Pool(1)) {
      Call runs = Call.start(server.channel, request("runs").setImageCount(6));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();

      Future<?> closing =
          pool.submit(
              () -> {
                server.server.close();
                return true;
              });
      assertThat(waits.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(waits.end().getDescription()).isEqualTo("the server is shutting down");
      var refusal = Refusal.of(() -> server.blocking().generateImages(request("new").build()));
      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refusal.reason()).isEqualTo("SHUTTING_DOWN");
      assertThat(runs.hasEnded()).isFalse();

      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      closing.get();
      assertThat(runs.events.stream().filter(StreamGenerateImagesResponse::hasImageDone))
          .hasSize(6);
    }
  }

  @Test
  void workThatOutlivesTheGraceIsUnavailable() throws Exception {
    var config = CONFIG.withGrace(Duration.ofMillis(200));
    try (var server = new TestServer(config, ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      server.server.close();
      assertThat(runs.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      gate.open();
    }
  }

  private static void anotherRequestEnds(TestServer server) {
    List<GeneratedImage> images =
        server.blocking().generateImages(request("another").build()).getImagesList();
    assertThat(images).hasSize(1);
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Executors that are stopped after the test. */
  private record Pool(ExecutorService threads) implements AutoCloseable {
    Pool(int size) {
      this(Executors.newFixedThreadPool(size));
    }

    <T> Future<T> submit(Callable<T> task) {
      return threads.submit(task);
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }
}
