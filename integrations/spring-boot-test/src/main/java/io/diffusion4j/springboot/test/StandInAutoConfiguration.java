package io.diffusion4j.springboot.test;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.springboot.Diffusion4jAutoConfiguration;
import io.diffusion4j.springboot.Diffusion4jProperties;
import io.diffusion4j.springboot.EmbeddedAutoConfiguration;
import java.io.IOException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * A {@link GenerationClient} of the {@link FakePipeline}, which precedes a server and a model. If
 * the test has a client of its own, nothing is started.
 */
@AutoConfiguration(before = Diffusion4jAutoConfiguration.class)
@ConditionalOnMissingBean(GenerationClient.class)
@EnableConfigurationProperties(Diffusion4jProperties.class)
public class StandInAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  ImagePipeline imagePipeline() {
    return FakePipeline.pipeline();
  }

  @Bean(destroyMethod = "close")
  StandInService standInService(ImagePipeline pipeline, Diffusion4jProperties properties)
      throws IOException {
    return StandInService.start(pipeline, EmbeddedAutoConfiguration.settings(properties));
  }

  /** Closed with the service. */
  @Bean(destroyMethod = "")
  GenerationClient generationClient(StandInService service) {
    return service.client();
  }
}
