package io.diffusion4j.springboot.test.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.springboot.test.DiffusionTest;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;

/** The slice, as an application's test uses it. */
@DiffusionTest(properties = {"diffusion4j.server=nowhere.invalid:1", "diffusion4j.rows=3"})
@Import(Postcards.class)
class SliceTest {
  @Autowired Postcards postcards;
  @Autowired GenerationClient client;
  @Autowired ImagePipeline pipeline;
  @Autowired ImageModel model;
  @Autowired ApplicationContext context;

  @Test
  void wordsAndSeedDetermineThePicture() {
    byte[] apple = postcards.draw("a red apple", 7);
    assertThat(postcards.draw("a red apple", 7)).isEqualTo(apple);
    assertThat(postcards.draw("a red apple", 8)).isNotEqualTo(apple);
    assertThat(postcards.draw("a green frog", 7)).isNotEqualTo(apple);
  }

  @Test
  void leavesOutOtherComponentsAndAutoConfigurations() {
    assertThat(context.getBeansOfType(Stamps.class)).isEmpty();
    assertThat(context.containsBean("applicationTaskExecutor")).isFalse();
  }

  @Test
  void refusesWhatTheServiceRefuses() {
    assertThatThrownBy(() -> postcards.draw(" ", 7))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("prompt.text: \" \" (expected: some words)");
  }

  @Test
  void reportsTheStagesOfAModel() {
    Set<String> stages = new LinkedHashSet<>();
    var request = Requests.textToImage("a red apple").addSeeds(7).build();
    var drawn = client.generate(request, progress -> stages.add(progress.getStage()));
    assertThat(stages).containsExactly("prior", "decoder", "super_res");
    assertThat(drawn.images().get(0).metadata().getSeed()).isEqualTo(7);
  }

  @Test
  void drawsForSpringAi() {
    var image = model.call(new ImagePrompt("a red apple")).getResults().get(0);
    assertThat(Base64.getDecoder().decode(image.getOutput().getB64Json())).startsWith(0x89, 'P');
  }

  @Test
  void drawsAllListedTasksThatWordsAndPicturesDescribe() {
    byte[] apple = postcards.draw("a red apple", 7);
    byte[] frog = postcards.draw("a green frog", 7);
    for (GenerateImagesRequest.Builder request :
        new GenerateImagesRequest.Builder[] {
          Requests.variation(apple),
          Requests.interpolation(apple, frog, 0.5),
          Requests.imageToImage(apple, 0.5, "a green frog"),
        }) {
      byte[] png = client.generate(request.addSeeds(1).build()).images().get(0).png();
      assertThat(png).startsWith(0x89, 'P').isNotEqualTo(apple).isNotEqualTo(frog);
    }
  }

  /** Nested tests inherit the slice and its properties. */
  @Nested
  class Inner {
    @Test
    void sharesTheContext(@Autowired ApplicationContext inner) {
      assertThat(inner).isSameAs(context);
      assertThat(inner.getEnvironment().getProperty("diffusion4j.rows")).isEqualTo("3");
    }
  }
}
