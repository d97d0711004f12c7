package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.SampleImageEmbeddingsRequest;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One tenant's load delays another tenant only a little. */
@Tag("slow")
@Timeout(120)
class FairnessTest {
  private static final int CALLS = 25;
  private static final int FLOOD = 40;

  /** The token is the name. */
  private static final Authenticator NAMES =
      token ->
          new Principal(
              token, Set.of(Role.GENERATE, Role.EMBED), Set.of(Principal.EVERY_MODEL), Quota.NONE);

  /** A step of the decoder takes 10 ms for any number of rows. */
  private static ImagePipeline model() {
    return ToyModel.named("toy", query -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)));
  }

  private static TestServer serve(int rows) throws Exception {
    return new TestServer(
        CONFIG.withRows(rows).withQueueCapacity(FLOOD), TestServer.asking(NAMES), model());
  }

  private static GenerateImagesRequest small() {
    return request("small").putStages("decoder", steps(20)).build();
  }

  /** The 99th percentile of the durations of consecutive calls, in milliseconds. */
  private static long p99(TestServer server) {
    var b = server.blocking().withInterceptors(TestServer.bearer("b"));
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      long asked = System.nanoTime();
      assertThat(b.generateImages(small()).getImagesCount()).isEqualTo(1);
      millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked));
    }
    return millis.stream().sorted().toList().get(CALLS * 99 / 100);
  }

  private static List<ListenableFuture<?>> flood(TestServer server, GenerateImagesRequest request) {
    var a =
        GenerationServiceGrpc.newFutureStub(server.channel)
            .withInterceptors(TestServer.bearer("a"));
    List<ListenableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < FLOOD; i++) {
      calls.add(a.generateImages(request));
    }
    return calls;
  }

  @Test
  void besideAFloodOfSmallImages() throws Exception {
    try (var server = serve(2)) {
      p99(server); // the first calls of a process are not representative
      long alone = p99(server);
      var flood = flood(server, small());
      long beside = p99(server);
      System.out.printf("p99 of b: %d ms alone, %d ms beside a flood%n", alone, beside);
      assertThat(beside).isLessThanOrEqualTo(3 * alone);
      flood.forEach(call -> call.cancel(true));
    }
  }

  /** Each of which takes ten seconds: their rows are taken between two steps. */
  @Test
  void besideAFloodOfLargeRequests() throws Exception {
    try (var server = serve(1)) {
      p99(server);
      long alone = p99(server);
      var large = small().toBuilder().putStages("decoder", steps(1000)).build();
      var flood = flood(server, large);
      long beside = p99(server);
      System.out.printf("p99 of b: %d ms alone, %d ms beside large ones%n", alone, beside);
      assertThat(beside).isLessThanOrEqualTo(3 * alone);
      flood.forEach(call -> call.cancel(true));
      server.awaitUnfinished(0);
    }
  }

  @Test
  void embeddingsDoNotWaitForThoseThatAreDrawn() throws Exception {
    try (var server = serve(2)) {
      var a =
          EmbeddingServiceGrpc.newFutureStub(server.channel)
              .withInterceptors(TestServer.bearer("a"));
      var sample =
          SampleImageEmbeddingsRequest.newBuilder()
              .setPrompt(PromptSpec.newBuilder().setText("many"))
              .setCount(ToyModel.MAX_IMAGES)
              .build();
      List<ListenableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < FLOOD; i++) {
        calls.add(a.sampleImageEmbeddings(sample));
      }
      flood(server, small());
      var b =
          EmbeddingServiceGrpc.newBlockingStub(server.channel)
              .withInterceptors(TestServer.bearer("b"))
              .withDeadlineAfter(2, TimeUnit.SECONDS);
      var texts = EmbedTextsRequest.newBuilder().addTexts("a").build();
      assertThat(b.embedTexts(texts).getEmbeddingsCount()).isEqualTo(1);
      calls.forEach(call -> call.cancel(true));
    }
  }

  @Test
  void whoHasNoRightToHurryIsRefused() throws Exception {
    try (var server = serve(1)) {
      var b = server.blocking().withInterceptors(TestServer.bearer("b"));
      var urgent = small().toBuilder().setPriority(Priority.PRIORITY_HIGH).build();
      var refusal = Refusal.of(() -> b.generateImages(urgent));
      assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(refusal.reason()).isEqualTo("ROLE_MISSING");
    }
  }
}
