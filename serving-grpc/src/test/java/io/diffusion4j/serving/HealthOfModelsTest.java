package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.serving.grpc.ServingHealth;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Health depends on the models, and no client can change it. */
@Timeout(60)
class HealthOfModelsTest {
  private static final String POISON = "aaab";

  private static ServingStatus health(TestServer server, String service) {
    return HealthGrpc.newBlockingStub(server.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static Denoiser<ImageDecoder.Condition> notANumber(
      Denoiser<ImageDecoder.Condition> network) {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return network.parameterization();
      }

      @Override
      public List<Prediction> predict(List<Query<ImageDecoder.Condition>> queries) {
        return queries.stream()
            .map(
                query -> {
                  float[] nan = query.xt().clone();
                  Arrays.fill(nan, Float.NaN);
                  return Prediction.of(nan);
                })
            .toList();
      }
    };
  }

  @Test
  void aModelThatAnswersOnlyNanIsNotReady() throws Exception {
    var model = ToyModel.behind("toy", HealthOfModelsTest::notANumber);
    try (var server = new TestServer(CONFIG.withRows(1), model)) {
      for (int failures = 0; failures < ServingHealth.FAILURES; failures++) {
        assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
        var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
        assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
      }
      assertThat(health(server, "diffusion4j.v1.model/toy")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(health(server, "")).isEqualTo(ServingStatus.NOT_SERVING);
    }
  }

  @Test
  void aServerWhoseLastWorkingModelIsUnloadedIsNotReady() throws Exception {
    var nan = ToyModel.behind("nan", HealthOfModelsTest::notANumber);
    var working = ToyModel.named("working");
    try (var server = new TestServer(CONFIG.withRows(1), nan, working)) {
      for (int failures = 0; failures < ServingHealth.FAILURES; failures++) {
        Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      }
      assertThat(health(server, "")).as("a model works").isEqualTo(ServingStatus.SERVING);
      server.server.replaceModels(List.of(nan));
      assertThat(health(server, "")).isEqualTo(ServingStatus.NOT_SERVING);
      server.server.replaceModels(List.of(nan, working));
      assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void requestsThatAModelCannotDrawDoNotTurnIt() throws Exception {
    float[] poison = ToyModel.encode(POISON).embedding();
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (Arrays.equals(query.condition().prompt().text().embedding(), poison)) {
                throw new IllegalStateException("a network that chokes on this");
              }
            });
    try (var server = new TestServer(CONFIG.withRows(1), model)) {
      for (int i = 0; i < 3 * ServingHealth.FAILURES; i++) {
        var refusal = Refusal.of(() -> server.blocking().generateImages(request(POISON).build()));
        assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
      }
      assertThat(health(server, "diffusion4j.v1.model/toy")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
    }
  }
}
