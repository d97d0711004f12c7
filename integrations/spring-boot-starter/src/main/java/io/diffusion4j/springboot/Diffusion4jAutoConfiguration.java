package io.diffusion4j.springboot;

import io.diffusion4j.client.GenerationClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A {@link GenerationClient}: of a server if {@code diffusion4j.server} names one, otherwise of a
 * model in the application.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
    })
@EnableConfigurationProperties(Diffusion4jProperties.class)
public class Diffusion4jAutoConfiguration {
  /** Uses a server. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(prefix = Diffusion4jProperties.PREFIX, name = "server")
  static class Remote {
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    GenerationClient generationClient(Diffusion4jProperties properties) {
      return GenerationClient.connect(properties.server().orElseThrow(), properties.connection());
    }
  }
}
