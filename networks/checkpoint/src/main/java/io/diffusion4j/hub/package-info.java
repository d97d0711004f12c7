/**
 * Published models by name: found on the Hugging Face Hub, and kept in the cache that Python's
 * tools use.
 *
 * <pre>{@code
 * var settings = HubSettings.of(System.getenv(), Path.of(System.getProperty("user.home")));
 * var hub = new Hub(settings, System.getenv());
 * var plan = hub.plan(RepoName.parse("kakaobrain/karlo-v1-alpha"), Optional.empty());
 * System.out.println(plan.missingBytes() + " bytes to download");
 * Path folder = hub.pull(plan, (file, bytes) -> {});
 * }</pre>
 *
 * <p>A plan without network access, in offline mode or when the Hub cannot be reached, is a
 * complete model in the cache or an error. Proxies are read from the environment. An error is one
 * line; {@link io.diffusion4j.hub.HubException} distinguishes a response of the Hub from a failed
 * connection, after which the cache may still have the model.
 *
 * <p>Every file is checked by its hash, and an interrupted download resumes. The token is sent to
 * the endpoint only, never to the targets of redirects.
 */
@NullMarked
package io.diffusion4j.hub;

import org.jspecify.annotations.NullMarked;
