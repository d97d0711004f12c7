package io.diffusion4j.springboot;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.springai.Diffusion4jImageModel;
import org.springframework.ai.image.ImageModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Nullness;

/**
 * Spring AI's {@link ImageModel} over the client: the type of Spring AI 2, which needs Spring 7 and
 * Spring Boot 4. An application on Boot 3 uses the client.
 */
@AutoConfiguration(after = EmbeddedAutoConfiguration.class)
@ConditionalOnClass({
  ImageModel.class,
  Diffusion4jImageModel.class,
  Nullness.class
}) // the last class exists only in Spring 7
@ConditionalOnBean(GenerationClient.class)
public class ImageModelAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(ImageModel.class)
  Diffusion4jImageModel diffusion4jImageModel(GenerationClient client) {
    return new Diffusion4jImageModel(client);
  }
}
