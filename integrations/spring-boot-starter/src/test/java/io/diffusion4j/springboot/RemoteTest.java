package io.diffusion4j.springboot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.springai.Diffusion4jImageModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application that uses a server. */
class RemoteTest {
  private final ToyService server = ToyService.onPort(query -> {});
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  Diffusion4jAutoConfiguration.class,
                  EmbeddedAutoConfiguration.class,
                  ImageModelAutoConfiguration.class,
                  Boot3HealthAutoConfiguration.class,
                  Boot4HealthAutoConfiguration.class))
          .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate.health"))
          .withPropertyValues("diffusion4j.server=localhost:" + server.port());

  @AfterEach
  void close() {
    server.close();
  }

  private static Status status(HealthIndicator indicator) {
    return requireNonNull(indicator.health()).getStatus();
  }

  @Test
  void drawsWithAServer() {
    application.run(
        context -> {
          assertThat(context)
              .hasSingleBean(GenerationClient.class)
              .doesNotHaveBean(LocalGeneration.class);
          var answer = context.getBean(ImageModel.class).call(new ImagePrompt("a red apple"));
          assertThat(answer.getResults().get(0).getOutput().getB64Json()).startsWith("iVBORw0KGgo");
          assertThat(status(context.getBean(HealthIndicator.class))).isEqualTo(Status.UP);
        });
  }

  @Test
  void needsNoModuleOfModels() {
    application
        .withClassLoader(
            new FilteredClassLoader(
                "io.diffusion4j.local",
                "io.diffusion4j.pipeline",
                "org.springframework.boot.actuate.health"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ImageModel.class));
  }

  @Test
  void needsNeitherSpringAiNorActuator() {
    application
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.ai",
                "org.springframework.boot.health",
                "org.springframework.boot.actuate.health"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(GenerationClient.class)
                    .doesNotHaveBean(HealthIndicator.class));
  }

  @Test
  void isDownWithoutItsServer() {
    server.close();
    application.run(
        context ->
            assertThat(status(context.getBean(HealthIndicator.class))).isEqualTo(Status.DOWN));
  }

  @Test
  void leavesABeanOfTheApplicationInPlace() {
    var own = GenerationClient.connect("localhost:" + server.port());
    application
        .withPropertyValues("diffusion4j.server=nowhere:1")
        .withBean("own", GenerationClient.class, () -> own)
        .run(
            context -> {
              assertThat(context.getBean(GenerationClient.class)).isSameAs(own);
              assertThat(
                      context.getBean(Diffusion4jImageModel.class).call(new ImagePrompt("a dog")))
                  .isNotNull();
            });
  }
}
