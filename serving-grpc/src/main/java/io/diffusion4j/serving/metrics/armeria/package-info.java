/**
 * The meters that Armeria has beside those of the service.
 *
 * <p>Armeria registers its executors at each configuration of a server. A registry accepts a meter
 * only once and warns of the second, and Armeria's default registry belongs to the process, which
 * an application may publish. So each configuration gets a registry that is separate and empty:
 *
 * <pre>{@code
 * ArmeriaMeters.separate(builder);
 * }</pre>
 *
 * <p>This is a package of its own because the ports of {@link io.diffusion4j.serving.http} need it,
 * on which {@link io.diffusion4j.serving.metrics} depends.
 */
@NullMarked
package io.diffusion4j.serving.metrics.armeria;

import org.jspecify.annotations.NullMarked;
