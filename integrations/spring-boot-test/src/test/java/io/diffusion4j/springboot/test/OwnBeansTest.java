package io.diffusion4j.springboot.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ForwardingPipeline;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.springboot.test.StandInAutoConfiguration.StandInService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Beans of the test before those of the slice. */
class OwnBeansTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(StandInAutoConfiguration.class));

  @Test
  void startsNoServiceBesideAClientOfTheTest() {
    try (var own = GenerationClient.inProcess("elsewhere")) {
      application
          .withBean("own", GenerationClient.class, () -> own)
          .run(
              context ->
                  assertThat(context)
                      .hasSingleBean(GenerationClient.class)
                      .doesNotHaveBean(StandInService.class));
    }
  }

  @Test
  void servesAPipelineOfTheTest() {
    var asked = new ArrayList<String>();
    application
        .withBean("own", ImagePipeline.class, () -> new Recording(FakePipeline.pipeline(), asked))
        .run(
            context -> {
              var request = Requests.textToImage("a red apple").build();
              context.getBean(GenerationClient.class).generate(request);
              assertThat(asked).containsExactly("a red apple");
            });
  }

  @Test
  void importsAllOfTheStarter() throws IOException {
    List<String> starter =
        lines("spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports");
    List<String> expected = new ArrayList<>();
    expected.add(StandInAutoConfiguration.class.getName());
    expected.addAll(starter);
    assertThat(lines("spring/" + AutoConfigureDiffusion.class.getName() + ".imports"))
        .isEqualTo(expected);
  }

  /** Records the texts. */
  private record Recording(ImagePipeline model, List<String> asked) implements ForwardingPipeline {
    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      asked.add(task.words(0).text());
      return model.draw(task, settings, noise, listener);
    }
  }

  private static List<String> lines(String name) throws IOException {
    List<String> lines = new ArrayList<>();
    var found = OwnBeansTest.class.getClassLoader().getResources("META-INF/" + name);
    while (found.hasMoreElements()) {
      try (var in = found.nextElement().openStream()) {
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("io.diffusion4j."))
            .forEach(lines::add);
      }
    }
    return lines;
  }
}
