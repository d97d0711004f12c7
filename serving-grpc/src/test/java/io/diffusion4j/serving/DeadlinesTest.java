package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.Priority;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The work that is begun for a client with a deadline. */
@Timeout(60)
class DeadlinesTest {
  private static final int STEPS = 50;

  private final Gate gate = new Gate();
  private final AtomicBoolean held = new AtomicBoolean();

  /** A server with steps of this duration and a decoder that the test can block. */
  private TestServer serve(Duration step) throws Exception {
    var model =
        ToyModel.named(
            "toy",
            query -> {
              LockSupport.parkNanos(step.toNanos());
              if (held.get()) {
                gate.accept(query);
              }
            });
    return new TestServer(CONFIG.withRows(1), model);
  }

  @Test
  void whatIsAheadCountsUnlessThePriorityIsHigher() throws Exception {
    try (var server = serve(Duration.ofMillis(20))) {
      server.blocking().generateImages(request("is measured").build());
      held.set(true);
      List<Call> calls = new ArrayList<>();
      calls.add(Call.start(server.channel, request("runs")));
      gate.awaitCall();
      for (int i = 0; i < 12; i++) { // a second each, at least
        calls.add(Call.start(server.channel, request("waits").putStages("decoder", steps(STEPS))));
      }
      server.awaitUnfinished(calls.size());

      var refusal = Refusal.of(() -> hurried(server, request("x")));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(refusal.reason()).isEqualTo("DEADLINE_TOO_SOON");
      var urgent =
          GenerationServiceGrpc.newFutureStub(server.channel)
              .withDeadlineAfter(3, TimeUnit.SECONDS)
              .generateImages(request("x").setPriority(Priority.PRIORITY_HIGH).build());
      server.awaitUnfinished(calls.size() + 1);
      urgent.cancel(true);
      server.awaitUnfinished(calls.size());
      server.channel.shutdownNow();
      gate.open();
    }
  }

  @Test
  void whatWasDrawnBeforeIsNotTooLate() throws Exception {
    try (var server = serve(Duration.ofMillis(100))) {
      var request =
          request("x").setRequestId(UUID.randomUUID().toString()).putStages("decoder", steps(40));
      var images = server.blocking().generateImages(request.build()).getImagesList();
      assertThat(hurried(server, request).getImagesList()).isEqualTo(images);
      var refusal = Refusal.of(() -> hurried(server, request.setRequestId("")));
      assertThat(refusal.reason()).isEqualTo("DEADLINE_TOO_SOON");
    }
  }

  @Test
  void aCallWithoutADeadlineEndsAfterAll() throws Exception {
    var limits = CONFIG.limits().withCall(Duration.ofSeconds(1));
    try (var server =
        new TestServer(CONFIG.withLimits(limits), ToyModel.named("toy", gate::accept))) {
      var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      server.awaitUnfinished(0);
      gate.open();
    }
  }

  private static GenerateImagesResponse hurried(
      TestServer server, GenerateImagesRequest.Builder request) {
    return server.blocking().withDeadlineAfter(3, TimeUnit.SECONDS).generateImages(request.build());
  }
}
