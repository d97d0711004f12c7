package io.diffusion4j.springboot.test.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.springboot.test.AutoConfigureDiffusion;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;

/** The whole application with the stand-in, although its properties name a server. */
@SpringBootTest(properties = "diffusion4j.server=nowhere.invalid:1")
@AutoConfigureDiffusion
class WholeApplicationTest {
  @Test
  void drawsWithTheStandIn(@Autowired ApplicationContext context, @Autowired Postcards postcards) {
    assertThat(context.getBeansOfType(Stamps.class)).hasSize(1);
    assertThat(context.containsBean("applicationTaskExecutor")).isTrue();
    assertThat(context.getBean(ImagePipeline.class).card().name()).isEqualTo("stand-in");
    assertThat(postcards.draw("a red apple", 7)).startsWith(0x89, 'P');
  }
}
