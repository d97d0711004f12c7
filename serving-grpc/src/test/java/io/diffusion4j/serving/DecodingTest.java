package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.v1.EmbedImagesRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Images of requests are decoded off the event loops, and only for callers with the right to draw.
 */
@Timeout(60)
class DecodingTest {
  private static final int CALLS = 60;

  /** A small file of many pixels, whose decoding takes a fraction of a second. */
  private static InputImage large() throws IOException {
    var file = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(2500, 2500, BufferedImage.TYPE_BYTE_BINARY), "png", file);
    return InputImage.newBuilder().setData(ByteString.copyFrom(file.toByteArray())).build();
  }

  private static GenerateImagesRequest.Builder variation(InputImage image) {
    return GenerateImagesRequest.newBuilder()
        .setVariation(VariationTask.newBuilder().setImage(image));
  }

  private static long millisOfHealth(TestServer server) {
    long asked = System.nanoTime();
    HealthGrpc.newBlockingStub(server.channel).check(HealthCheckRequest.getDefaultInstance());
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
  }

  @Test
  void healthDoesNotWaitForIt() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      GenerateImagesRequest plan = variation(large()).setValidateOnly(true).build();
      List<ListenableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(GenerationServiceGrpc.newFutureStub(server.channel).generateImages(plan));
        if (i % 20 == 19) {
          assertThat(millisOfHealth(server)).isLessThan(1000);
        }
      }
      assertThat(calls.get(CALLS - 1).isDone()).as("the last has its answer").isFalse();
      calls.forEach(call -> call.cancel(true));
      var next = variation(Pictures.file(Pictures.random(1, 8, 8)));
      long asked = System.nanoTime();
      assertThat(server.blocking().generateImages(next.build()).getImagesCount()).isEqualTo(1);
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - asked))
          .as("the cancelled are not decoded")
          .isLessThan(5);
    }
  }

  private static Code codeOf(Runnable call) {
    try {
      call.run();
      return Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Test
  void whoHasNoQuotaLeftDecodesNothing() throws Exception {
    Principal poor = Principal.ANYBODY.withQuota(new Quota(1, 1, 10));
    var damaged = InputImage.newBuilder().setData(ByteString.copyFromUtf8("no image")).build();
    try (var server =
        new TestServer(CONFIG, TestServer.asking(token -> poor), ToyModel.named("toy"))) {
      var embeddings = EmbeddingServiceGrpc.newBlockingStub(server.channel);
      var embed = EmbedImagesRequest.newBuilder().addImages(damaged).build();
      assertThat(codeOf(() -> embeddings.embedImages(embed))).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(codeOf(() -> embeddings.embedImages(embed))).isEqualTo(Code.RESOURCE_EXHAUSTED);
      GenerateImagesRequest draw = variation(damaged).build();
      assertThat(codeOf(() -> server.blocking().generateImages(draw)))
          .isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(codeOf(() -> server.blocking().generateImages(TestServer.request("a").build())))
          .isEqualTo(Code.OK);
      assertThat(codeOf(() -> server.blocking().generateImages(draw)))
          .isEqualTo(Code.RESOURCE_EXHAUSTED);
    }
  }
}
