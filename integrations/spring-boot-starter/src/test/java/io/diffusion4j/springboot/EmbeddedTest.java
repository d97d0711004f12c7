package io.diffusion4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.springai.Diffusion4jImageMetadata;
import io.diffusion4j.springai.Diffusion4jImageOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application with a model of its own: that which ships. */
class EmbeddedTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  Diffusion4jAutoConfiguration.class,
                  EmbeddedAutoConfiguration.class,
                  ImageModelAutoConfiguration.class));

  @Test
  void drawsAndCountsAndLetsARequestFinish() {
    application
        .withPropertyValues("diffusion4j.model=../../emoji/model", "diffusion4j.rows=4")
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(
            context -> {
              assertThat(context)
                  .hasSingleBean(LocalGeneration.class)
                  .hasSingleBean(ImageModel.class);
              assertThat(context.getBean(ImagePipeline.class).card().name()).isNotBlank();
              var client = context.getBean(GenerationClient.class);
              var registry = context.getBean(MeterRegistry.class);
              var began = new CountDownLatch(1);
              var request = Requests.textToImage("a red apple").addSeeds(7).build();
              var drawn =
                  CompletableFuture.supplyAsync(
                      () -> client.generate(request, progress -> began.countDown()));
              assertThat(began.await(1, TimeUnit.MINUTES)).isTrue();
              context.getSourceApplicationContext().close();
              Generation generation = drawn.get(1, TimeUnit.MINUTES);
              assertThat(generation.images()).hasSize(1);
              assertThat(registry.get("diffusion4j.images").counter().count()).isEqualTo(1);
              assertThatThrownBy(() -> client.generate(request))
                  .isInstanceOf(GenerationException.class);
            });
  }

  @Test
  void drawsWithARegisteredLowRankUpdate() {
    application
        .withPropertyValues(
            "diffusion4j.model=../../emoji/model",
            "diffusion4j.loras.few-steps=../../emoji/model/few-steps.safetensors")
        .run(
            context -> {
              var images = context.getBean(ImageModel.class);
              var few = Diffusion4jImageOptions.builder().seed(7).lora("few-steps", 1).build();
              var drawn = images.call(new ImagePrompt("a red apple", few)).getResults().get(0);
              assertThat(((Diffusion4jImageMetadata) drawn.getMetadata()).recipe())
                  .contains("few-steps");
              var unknown = Diffusion4jImageOptions.builder().lora("oil", 1).build();
              assertThatThrownBy(() -> images.call(new ImagePrompt("a red apple", unknown)))
                  .hasMessageContaining("loras[0].name: \"oil\" (expected: one of few-steps)");
            });
  }

  @Test
  void namesTheModelThatIsMissing() {
    application
        .withPropertyValues("diffusion4j.model=unheard-of")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("model: unheard-of without files.sha256"));
  }
}
