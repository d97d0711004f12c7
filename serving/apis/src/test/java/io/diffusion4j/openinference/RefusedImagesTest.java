package io.diffusion4j.openinference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc;
import io.diffusion4j.openinference.v2.InferTensorContents;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferInputTensor;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RefusedImagesTest {
  /** A tensor has no gaps. */
  @Test
  void anImageThatAFilterRefusesIsBlackAndHasAReason() throws Exception {
    var prompt =
        InferInputTensor.newBuilder()
            .setName("prompt")
            .setDatatype("BYTES")
            .addShape(1)
            .setContents(
                InferTensorContents.newBuilder()
                    .addBytesContents(ByteString.copyFromUtf8("a dog")));
    var request = ModelInferRequest.newBuilder().setModelName("toy").addInputs(prompt).build();
    try (var server =
        ToyService.onPort(query -> {}, new OpenInferenceModule(), new ToyFilter(-2, -2))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      try {
        var response = GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request);
        byte[] pixels = response.getRawOutputContents(0).toByteArray();
        assertThat(pixels).hasSize(3 * ToyService.IMAGE_SIZE * ToyService.IMAGE_SIZE);
        assertThat(pixels).containsOnly(0);
        assertThat(response.getParametersOrThrow("refusals").getStringParam())
            .startsWith("0: toy/bright: ");
      } finally {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    }
  }
}
