package io.diffusion4j.springboot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Adds Diffusion4J's beans to a test, with a stand-in that draws in place of a model or a server.
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureDiffusion
 * class ApplicationTest {}
 * }</pre>
 *
 * @see DiffusionTest
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureDiffusion {}
