{{/* Seconds of a time of the configuration (`30s`), rounded up. */}}
{{- define "leadrelay.seconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- $unit := regexFind "[a-z]+$" . }}
{{- if eq $unit "ms" }}{{ div (add $number 999) 1000 }}
{{- else }}{{ mul $number (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) $unit) }}
{{- end }}
{{- end }}

{{/* Bytes of a size of the configuration (`256MiB`) or of a Kubernetes quantity (`512Mi`). */}}
{{- define "leadrelay.bytes" -}}
{{- $text := toString . }}
{{- if kindIs "float64" . }}{{ $text = int64 . | toString }}{{ end }}
{{- $units := dict "" 1 "B" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "KiB" 1024 "MiB" 1048576 "GiB" 1073741824 }}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $units (regexFind "[A-Za-z]*$" $text)) }}
{{- end }}

{{/* The environment variable that a secret property of Kafka comes from. */}}
{{- define "leadrelay.variable" -}}
KAFKA_{{ . | upper | replace "." "_" }}
{{- end }}

{{/* The configuration file. What only a pod knows, and Kafka's secrets, it takes from the environment. */}}
{{- define "leadrelay.configuration" -}}
{{- $config := deepCopy .Values.config }}
{{- $host := ternary "[::]" .Values.adminAddress (eq .Values.adminAddress "::") }}
{{- $_ := set $config "admin" (dict "listen" (printf "%s:9464" $host)) }}
{{- if .Values.providers }}
{{- $_ := set $config "providers_dir" "/etc/leadrelay-providers" }}
{{- end }}
{{- range $name, $account := $config.accounts }}
{{- if not (hasKey $account "credential") }}
{{- $_ := set $account "credential" (dict "file" (printf "/run/secrets/leadrelay/%s" $name)) }}
{{- end }}
{{- end }}
{{- if .Values.staticMembership }}
{{- $_ := set $config.kafka "group.instance.id" "${POD_NAME}" }}
{{- end }}
{{- range $property, $_ := .Values.kafkaSecrets }}
{{- $_ := set $config.kafka $property (printf "${%s}" (include "leadrelay.variable" $property)) }}
{{- end }}
{{- toYaml $config }}
{{ end }}

{{/* "true" where there are `credentials` to mount: accounts, those of extra files and the headers of `tracing` may name them. */}}
{{- define "leadrelay.credentials" -}}
{{- if or .Values.credentials.values .Values.credentials.existingSecrets }}true{{ end }}
{{- end }}

{{/* What the schema cannot say. */}}
{{- define "leadrelay.check" -}}
{{- $values := .Values }}
{{- range $name, $account := $values.config.accounts }}
{{- if not (or (hasKey $account "credential") (hasKey $values.credentials.values $name) $values.credentials.existingSecrets) }}
{{- fail (printf "config.accounts.%s has no credential: give credentials.existingSecrets, credentials.values.%s or its own credential" $name $name) }}
{{- end }}
{{- end }}
{{- range $name, $_ := $values.credentials.values }}
{{- if not (hasKey $values.config.accounts $name) }}
{{- fail (printf "credentials.values.%s is of no account in config.accounts" $name) }}
{{- end }}
{{- end }}
{{- if hasKey $values.config.kafka "group.instance.id" }}
{{- fail "config.kafka: group.instance.id is the pod's name; staticMembership switches it" }}
{{- end }}
{{- $secret := list "sasl.password" "sasl.oauthbearer.client.secret" "sasl.oauthbearer.config" "ssl.key.password" "ssl.key.pem" "ssl.keystore.password" "ssl_key" }}
{{- range $property, $value := $values.config.kafka }}
{{- $is_variable := regexMatch "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$" (toString $value) }}
{{- if or (and (has $property $secret) (not $is_variable)) (hasKey $values.kafkaSecrets $property) }}
{{- fail (printf "config.kafka: %s would stand in a ConfigMap; name a Secret in kafkaSecrets, and there alone, or write ${NAME} of a variable in env" $property) }}
{{- end }}
{{- end }}
{{- with dig "limits" "memory" "" $values.resources }}
{{- $least := add (include "leadrelay.bytes" $values.config.memory) 134217728 }}
{{- if lt (include "leadrelay.bytes" . | int64) ($least | int64) }}
{{- fail (printf "resources.limits.memory, %v, is less than config.memory, %v, and 128Mi: the kernel would end the program" . $values.config.memory) }}
{{- end }}
{{- end }}
{{- if gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas) }}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas" }}
{{- end }}
{{- $hpa := $values.autoscaling.hpa }}
{{- if and (eq $values.autoscaling.kind "hpa") (not (or $hpa.cpuUtilization $hpa.metrics)) }}
{{- fail "autoscaling.hpa has neither cpuUtilization nor metrics: nothing would say how many pods there have to be" }}
{{- end }}
{{- range list "bootstrapServers" "consumerGroup" "topic" "lagThreshold" "offsetResetPolicy" }}
{{- if hasKey $values.autoscaling.keda.metadata . }}
{{- fail (printf "autoscaling.keda.metadata: %s follows from config and lagThreshold" .) }}
{{- end }}
{{- end }}
{{- $kafka := $values.config.kafka }}
{{- if and (eq $values.autoscaling.kind "keda") (contains "${" (print (get $kafka "bootstrap.servers") (get $kafka "auto.offset.reset"))) }}
{{- fail "autoscaling.kind keda: KEDA knows no variables of the pods; config.kafka needs bootstrap.servers and auto.offset.reset without ${…}" }}
{{- end }}
{{- with $values.metrics.serviceMonitor }}
{{- if gt (include "leadrelay.seconds" .scrapeTimeout | int64) (include "leadrelay.seconds" .interval | int64) }}
{{- fail (printf "metrics.serviceMonitor.scrapeTimeout, %s, is longer than its interval, %s: the Prometheus operator refuses that" .scrapeTimeout .interval) }}
{{- end }}
{{- end }}
{{- $alerts := list }}
{{- range (.Files.Get "files/alerts.yaml" | fromYaml).groups }}{{ range .rules }}{{ $alerts = append $alerts .alert }}{{ end }}{{ end }}
{{- range $values.metrics.prometheusRule.disabled }}
{{- if not (has . $alerts) }}
{{- fail (printf "metrics.prometheusRule.disabled: there is no alert %s" .) }}
{{- end }}
{{- end }}
{{- if gt (len (include "leadrelay.configuration" .)) 1000000 }}
{{- fail "config is larger than a ConfigMap takes (1 MiB): put accounts into ConfigMaps of their own, which extraConfigMaps names" }}
{{- end }}
{{- end }}
